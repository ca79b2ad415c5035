"""The program behind an evaluation of a TFLite variant; it never loads TensorFlow."""

import argparse

from model_press.formats import manifest
from model_press.process import command_line
from model_press.tflite import custom_ops, interpreter, predict


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--delegate", choices=("xnnpack", "none"), default="xnnpack")
    parser.add_argument("--custom-ops", help="Python file with a reference kernel of each")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    predict.predict_tflite(
        options.model,
        manifest.read_tflite(options.manifest, camera=False),
        options.images,
        options.out,
        options.threads or interpreter.DEFAULT_THREADS,
        options.delegate,
        custom_ops.read(options.custom_ops) if options.custom_ops else None,
    )


COMMAND = command_line.Command(
    "predict", "raw outputs of a TFLite model for a set of images", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
