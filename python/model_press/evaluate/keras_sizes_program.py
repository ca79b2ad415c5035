"""The program that writes the bytes of a Keras model as .keras and as .h5."""

import argparse

from model_press.evaluate import keras_sizes
from model_press.formats import files, model_info
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--info", "--out")


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    info = model_info.read(options.info)
    files.write_json(options.out, keras_sizes.sizes(options.model, info))


COMMAND = command_line.Command(
    "keras-sizes", "bytes of a Keras model as .keras and as .h5", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
