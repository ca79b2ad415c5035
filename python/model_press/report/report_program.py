"""The program behind model_report: it collects what the build knows and writes the pages."""

import argparse

from model_press.evaluate import calibration_ranges, layer_error, summary, variant_facts
from model_press.formats import files, model_info, strict_json
from model_press.process import command_line
from model_press.report import build, facts, published, render
from model_press.search import lock


def _add_collect(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--info", "--keras-sizes", "--keras-summary")
    command_line.require(parser, "--images-name", "--baseline", "--out")
    parser.add_argument("--variant", action="append", required=True, metavar="FACTS")
    parser.add_argument("--summary", action="append", required=True)
    parser.add_argument("--layers", action="append", default=[])
    parser.add_argument("--published")
    parser.add_argument("--calibration", action="append", default=[], metavar="REPORT")
    parser.add_argument("--search", action="append", default=[], metavar="LOCK")
    parser.add_argument("--coreml", action="append", default=[], metavar="MANIFEST")
    parser.add_argument("--coreml-summary", action="append", default=[])


def _collect(options: argparse.Namespace, say: command_line.Say) -> None:
    layers = {found.variant: found for found in map(layer_error.read, options.layers)}
    entries = []
    for variant_path, summary_path in zip(options.variant, options.summary, strict=True):
        variant = variant_facts.read(variant_path)
        entries.append(facts.Entry(variant, summary.read(summary_path), layers.get(variant.name)))
    packages = zip(options.coreml, options.coreml_summary, strict=True)
    sizes = files.read_json(options.keras_sizes, "Keras sizes")
    found = facts.Facts(
        schema_version=1,
        label=options.label,
        images=options.images_name,
        baseline=options.baseline,
        model=facts.model_of(model_info.read(options.info)),
        keras=facts.KerasFacts(**sizes, summary=summary.read(options.keras_summary)),
        variants=tuple(entries),
        published=published.read(options.published) if options.published else None,
        coreml=tuple(facts.read_coreml(*package) for package in packages),
        calibrations=tuple(map(calibration_ranges.read, options.calibration)),
        searches=tuple(map(lock.read, options.search)),
    )
    facts.check(found)
    strict_json.write(options.out, found)


def _add_render(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--facts", "--stem")
    parser.add_argument("--out", required=True, help="an existing folder")


def _render(options: argparse.Namespace, say: command_line.Say) -> None:
    render.write(build.build(facts.read(options.facts), None), options.out, options.stem)


COMMANDS = (
    command_line.Command(
        "collect", "everything that the build knows, in one file", _add_collect, _collect
    ),
    command_line.Command("render", "the report without measurements", _add_render, _render),
)

if __name__ == "__main__":
    command_line.main(*COMMANDS, prog="report")
