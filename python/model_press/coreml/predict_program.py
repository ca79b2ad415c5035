"""The program behind an evaluation of a Core ML variant; it never loads TensorFlow."""

import argparse

from model_press.coreml import predict
from model_press.formats import manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    predict.predict_coreml(
        options.package,
        manifest.read_coreml(options.manifest, camera=False),
        options.images,
        options.out,
    )


COMMAND = command_line.Command(
    "predict-coreml", "scores of a .mlpackage for a set of images", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
