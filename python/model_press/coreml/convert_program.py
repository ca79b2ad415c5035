"""The program behind coreml_variant: a Keras model and a recipe in, a Core ML package out."""

import argparse
import os

from model_press.coreml import convert, package
from model_press.formats import coreml_recipes, manifest, model_info
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--out-package", required=True, help="folder NAME.mlpackage")
    parser.add_argument("--out-zip", required=True)
    parser.add_argument("--out-manifest", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    description = convert.convert_model(
        options.model,
        model_info.read(options.info),
        coreml_recipes.read(options.recipe),
        options.labels,
        options.out_package,
    )
    package.write_zip(options.out_package, options.out_zip, os.path.basename(options.out_package))
    manifest.write(options.out_manifest, description)


COMMAND = command_line.Command(
    "convert-coreml", "convert a Keras model to Core ML by a recipe", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
