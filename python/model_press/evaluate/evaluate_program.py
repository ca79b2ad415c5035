"""The program behind the facts of reports: outputs on images, a variant's file, its layers and ranges."""

import argparse

from model_press.evaluate import calibration_ranges, layer_error, summary, variant_facts
from model_press.formats import labels, manifest, model_info, strict_json
from model_press.process import command_line


def _add_summarize(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--outputs", "--keras-outputs", "--classes", "--labels", "--info")
    command_line.require(parser, "--out")
    parser.add_argument("--manifest", help="of the variant; without it the outputs are Keras'")


def _summarize(options: argparse.Namespace, say: command_line.Say) -> None:
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
    strict_json.write(options.out, found)


def _add_describe(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--manifest", "--out")


def _describe(options: argparse.Namespace, say: command_line.Say) -> None:
    description = manifest.read_tflite(options.manifest, camera=False)
    strict_json.write(options.out, variant_facts.describe(options.model, description))


def _add_pair(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--manifest", "--images", "--out")
    command_line.require(parser, "--baseline-model", "--baseline-manifest")
    parser.add_argument("--count", type=int, required=True)


def _add_calibration_ranges(parser: argparse.ArgumentParser) -> None:
    _add_pair(parser)
    command_line.require(parser, "--calibration-images")


_Pair = tuple[str, manifest.TfliteManifest, str, manifest.TfliteManifest]


def _pair(options: argparse.Namespace) -> _Pair:
    """Return the paths and manifests of the variant and the baseline."""
    own, baseline = (
        manifest.read_tflite(path, camera=False)
        for path in (options.manifest, options.baseline_manifest)
    )
    return options.model, own, options.baseline_model, baseline


def _compare_layers(options: argparse.Namespace, say: command_line.Say) -> None:
    found = layer_error.compare(*_pair(options), options.images, options.count)
    strict_json.write(options.out, found)


def _calibration_ranges(options: argparse.Namespace, say: command_line.Say) -> None:
    images = (options.calibration_images, options.images)
    found = calibration_ranges.report(*_pair(options), *images, options.count)
    strict_json.write(options.out, found)
    for line in calibration_ranges.warnings(found):
        say(f"WARNING {command_line.plain_label(options.label)}: {line}")


COMMANDS = (
    command_line.Command(
        "summarize", "outputs of one subject on a set of images", _add_summarize, _summarize
    ),
    command_line.Command("describe", "content of one variant's file", _add_describe, _describe),
    command_line.Command(
        "compare-layers", "a variant's layers against the baseline's", _add_pair, _compare_layers
    ),
    command_line.Command(
        "calibration-ranges",
        "calibrated ranges against values",
        _add_calibration_ranges,
        _calibration_ranges,
    ),
)

if __name__ == "__main__":
    command_line.main(*COMMANDS, prog="evaluate")
