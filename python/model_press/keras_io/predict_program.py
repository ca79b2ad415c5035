"""The program behind an evaluation of a Keras model."""

import argparse

from model_press.formats import model_info
from model_press.keras_io import predict_keras
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    predict_keras.predict_keras(
        options.model, model_info.read(options.info), options.images, options.out
    )


COMMAND = command_line.Command(
    "predict-keras", "outputs of the Keras model itself", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
