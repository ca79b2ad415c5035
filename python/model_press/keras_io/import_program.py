"""The program behind keras_model: it checks a Keras model and describes it."""

import argparse
import os

from model_press.formats import normalization
from model_press.keras_io import import_model
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--src", required=True, help=".keras, .h5 or SavedModel directory")
    parser.add_argument("--labels", default="", help="names, one a line; empty: class_0000 ...")
    parser.add_argument("--preprocess", required=True, help="tf, caffe, torch, none or JSON")
    parser.add_argument("--fit", choices=("crop", "stretch"), default="crop")
    parser.add_argument("--trained", choices=("true", "false"), default="true")
    parser.add_argument("--name", help="the model's name; default: the label's target name")
    parser.add_argument("--out-model", required=True)
    parser.add_argument("--out-info", required=True)
    parser.add_argument("--out-labels", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    stem = os.path.splitext(os.path.basename(options.out_model))[0]
    import_model.import_model(
        options.src,
        options.labels or None,
        normalization.parse(options.preprocess),
        options.fit,
        options.trained == "true",
        options.name or _target_name(options.label) or stem,
        options.out_model,
        options.out_info,
        options.out_labels,
    )


def _target_name(label: str) -> str:
    return label.rpartition(":")[2].rpartition("/")[2]


COMMAND = command_line.Command(
    "import-model", "check a Keras model and describe it", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
