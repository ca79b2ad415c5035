"""The program behind model_report: one subcommand per action, and `run`, which measures and writes the full report."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.process import command_line, user_path


def parser() -> argparse.ArgumentParser:
    """Return the subcommands."""
    result, command = command_line.commands("report")

    sub = command("summarize", _summarize, "the answers of one subject on a set of images")
    sub.add_argument("--outputs", required=True)
    sub.add_argument("--manifest", help="of the variant; without it the outputs are Keras'")
    sub.add_argument("--keras-outputs", required=True)
    sub.add_argument("--classes", required=True)
    sub.add_argument("--labels", required=True)
    sub.add_argument("--info", required=True)
    sub.add_argument("--out", required=True)

    sub = command("describe", _describe, "what the build knows of one variant's file")
    sub.add_argument("--model", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--out", required=True)

    sub = command("compare-layers", _compare_layers, "a variant's layers against the baseline's")
    sub.add_argument("--model", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--baseline-model", required=True)
    sub.add_argument("--baseline-manifest", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--count", type=int, required=True)
    sub.add_argument("--out", required=True)

    sub = command("collect", _collect, "everything that the build knows, in one file")
    sub.add_argument("--info", required=True)
    sub.add_argument("--keras-sizes", required=True)
    sub.add_argument("--keras-summary", required=True)
    sub.add_argument("--images-name", required=True)
    sub.add_argument("--baseline", required=True)
    sub.add_argument("--variant", action="append", required=True, metavar="FACTS")
    sub.add_argument("--summary", action="append", required=True)
    sub.add_argument("--layers", action="append", default=[])
    sub.add_argument("--published")
    sub.add_argument("--calibration", action="append", default=[], metavar="REPORT")
    sub.add_argument("--search", action="append", default=[], metavar="LOCK")
    sub.add_argument("--coreml", action="append", default=[], metavar="MANIFEST")
    sub.add_argument("--coreml-summary", action="append", default=[])
    sub.add_argument("--out", required=True)

    sub = command("render", _render, "the report without measurements")
    sub.add_argument("--facts", required=True)
    sub.add_argument("--stem", required=True)
    sub.add_argument("--out", required=True, help="an existing folder")

    sub = command("run", _run, "measure on this machine and write the full report")
    sub.add_argument("--facts", required=True)
    sub.add_argument("--out", help="the folder to write the report into")
    sub.add_argument("--metrics", help="a metrics.json of this machine, instead of measuring now")
    sub.add_argument(
        "--device", action="append", default=[], help="a metrics.json of a phone or Pi"
    )
    from model_press.measure import measure

    measure.add_arguments(sub)
    return result


def _summarize(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.evaluate import summary
    from model_press.formats import labels, manifest, model_info

    info = model_info.read(options.info)
    description = manifest.read(options.manifest) if options.manifest else None
    found = summary.summarize(
        description.name if description else info.name,
        options.outputs,
        description,
        options.keras_outputs,
        options.classes,
        labels.read(options.labels),
        info.trained,
    )
    summary.write(options.out, found)
    return 0


def _describe(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.evaluate import variant_facts
    from model_press.formats import manifest

    found = variant_facts.describe(
        options.model, manifest.read_tflite(options.manifest, camera=False)
    )
    variant_facts.write(options.out, found)
    return 0


def _compare_layers(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.evaluate import layer_error
    from model_press.formats import manifest

    found = layer_error.compare(
        options.model,
        manifest.read_tflite(options.manifest, camera=False),
        options.baseline_model,
        manifest.read_tflite(options.baseline_manifest, camera=False),
        options.images,
        options.count,
    )
    layer_error.write(options.out, found)
    return 0


def _collect(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.evaluate import calibration_ranges, layer_error, summary, variant_facts
    from model_press.formats import model_info
    from model_press.report import coreml, facts, published
    from model_press.search import lock

    layers = {found.variant: found for found in map(layer_error.read, options.layers)}
    entries = []
    for variant_path, summary_path in zip(options.variant, options.summary, strict=True):
        variant = variant_facts.read(variant_path)
        entries.append(facts.Entry(variant, summary.read(summary_path), layers.get(variant.name)))
    found = facts.collect(
        options.label,
        options.images_name,
        options.baseline,
        model_info.read(options.info),
        files.read_json(options.keras_sizes, "Keras sizes"),
        summary.read(options.keras_summary),
        tuple(entries),
        published.read(options.published) if options.published else None,
        tuple(
            coreml.read(manifest_path, found)
            for manifest_path, found in zip(options.coreml, options.coreml_summary, strict=True)
        ),
        tuple(map(calibration_ranges.read, options.calibration)),
        tuple(map(lock.read, options.search)),
    )
    facts.write(options.out, found)
    return 0


def _render(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.report import build, facts, render

    render.write(build.build(facts.read(options.facts), None), options.out, options.stem)
    return 0


def _run(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.formats import manifest, metrics
    from model_press.measure import measure
    from model_press.report import build, facts, render

    if not options.out:
        raise UserError(f"--out is missing; bazel run {options.label} -- --out DIR")
    known = facts.read(options.facts)
    # What a measurement of a minute would come too late to tell.
    devices = [metrics.read(user_path.resolve(path)) for path in options.device]
    build.build(known, None, devices)
    folder = user_path.resolve(options.out)
    os.makedirs(folder, exist_ok=True)
    if options.metrics:
        measured = metrics.read(user_path.resolve(options.metrics))
    else:
        from model_press.report import operator_costs

        measured = measure.measured(options)
        names = [manifest.read(manifest_path).name for manifest_path in options.manifest]
        measured = operator_costs.with_times(
            measured, dict(zip(names, options.variant, strict=True))
        )
        metrics.write(os.path.join(folder, "metrics.json"), measured)
    for path in render.write(build.build(known, measured, devices), folder, "report"):
        print(path)
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand; 1 and one line on standard error for a user's mistake."""
    # matplotlib wants a folder of its own to write to, and so does fontconfig, which it asks for fonts.
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MPLCONFIGDIR"] = os.environ["XDG_CACHE_HOME"] = folder
        return command_line.main(argv, make_parser=parser)


if __name__ == "__main__":
    sys.exit(main())
