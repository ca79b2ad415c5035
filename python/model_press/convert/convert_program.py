"""The program behind tflite_variant: a Keras model and a recipe in, a TFLite model out."""

import argparse
import os

from model_press.convert import convert
from model_press.formats import files, labels, manifest, model_info, recipes
from model_press.images import npy
from model_press.process import command_line
from model_press.tflite import custom_ops


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--labels", help="without them the manifest is one for label-manifest")
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--calibration-images")
    parser.add_argument("--custom-ops", help="Python file with a reference kernel of each")
    parser.add_argument("--out-model", required=True)
    parser.add_argument("--out-manifest", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    recipe = recipes.read(options.recipe)
    info = model_info.read(options.info)
    if options.labels:
        labels.require_width(labels.read(options.labels), info.classes, f"labels {options.labels}")
    images = None
    if options.calibration_images is not None:
        images = npy.read_npy(options.calibration_images, "calibration images")
    normalization = info.preprocess.normalization
    kernels = custom_ops.read(options.custom_ops) if options.custom_ops else None
    converted = convert.convert_model(options.model, normalization, recipe, images, info, kernels)
    stem = os.path.splitext(os.path.basename(options.out_model))[0]
    description = convert.describe(converted, info, recipe, stem, options.labels)
    files.write_bytes(options.out_model, converted.data)
    manifest.write(options.out_manifest, description)


COMMAND = command_line.Command(
    "convert", "convert a Keras model to TFLite by a recipe", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
