"""The program behind calibration_report."""

import argparse

from model_press.evaluate import calibration_ranges
from model_press.formats import manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--float-model", required=True)
    parser.add_argument("--float-manifest", required=True)
    parser.add_argument("--calibration-images", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    found = calibration_ranges.report(
        options.model,
        manifest.read_tflite(options.manifest, camera=False),
        options.float_model,
        manifest.read_tflite(options.float_manifest, camera=False),
        options.calibration_images,
        options.images,
        options.count,
    )
    calibration_ranges.write(options.out, found)
    for line in calibration_ranges.warnings(found):
        say(f"WARNING {command_line.plain_label(options.label)}: {line}")


COMMAND = command_line.Command(
    "calibration-ranges", "calibrated ranges against values", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
