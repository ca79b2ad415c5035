"""The command line of Core ML's build actions, served by the same worker as model_press."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

# Before NumPy: BLAS threads that wait for each other cost more than they bring when actions run side by side.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from model_press.process import command_line


def parser() -> argparse.ArgumentParser:
    """The subcommands."""
    result, command = command_line.commands("model_press_coreml")

    sub = command("convert-coreml", _convert, "convert a Keras model to Core ML by a recipe")
    sub.add_argument("--model", required=True)
    sub.add_argument("--info", required=True)
    sub.add_argument("--labels", required=True)
    sub.add_argument("--recipe", required=True)
    sub.add_argument("--out-package", required=True, help="folder NAME.mlpackage")
    sub.add_argument("--out-zip", required=True)
    sub.add_argument("--out-manifest", required=True)

    sub = command("predict-coreml", _predict, "scores of a .mlpackage for a set of images")
    sub.add_argument("--package", required=True)
    sub.add_argument("--manifest", required=True)
    sub.add_argument("--images", required=True)
    sub.add_argument("--out", required=True)

    sub = command("swift-class", _swift_class, "the Swift class of a .mlpackage")
    sub.add_argument("--package", required=True)
    sub.add_argument("--name", help="default: from the package's name, DigitsInt8 for digits_int8")
    sub.add_argument("--out", required=True)

    sub = command("ios-catalogue", _ios_catalogue, "variants.json of an app")
    sub.add_argument("--variant", action="append", default=[], metavar="PACKAGE=MANIFEST=LABELS")
    sub.add_argument("--out", required=True)

    sub = command("ios-bundle", _ios_bundle, "an app package with models, for Xcode, as a zip")
    sub.add_argument("--name", required=True)
    sub.add_argument("--variant", action="append", default=[], metavar="PACKAGE=MANIFEST=LABELS")
    sub.add_argument("--template", required=True, help="Package.swift")
    sub.add_argument("--source", action="append", default=[], metavar="PATH=PATH_IN_PACKAGE")
    sub.add_argument("--out", required=True)
    return result


# Imports stand inside the functions: predict-coreml must not pay for TensorFlow.
def _convert(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import convert, package
    from model_press.formats import coreml_manifest, coreml_recipes, model_info

    description = convert.convert_model(
        options.model,
        model_info.read(options.info),
        coreml_recipes.read(options.recipe),
        options.labels,
        options.out_package,
    )
    package.write_zip(options.out_package, options.out_zip, os.path.basename(options.out_package))
    coreml_manifest.write(options.out_manifest, description)
    return 0


def _predict(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import predict
    from model_press.formats import coreml_manifest

    predict.predict_coreml(
        options.package, coreml_manifest.read(options.manifest), options.images, options.out
    )
    return 0


def _swift_class(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import ios_bundle, swift_class
    from model_press.formats import files

    stem = os.path.basename(os.path.normpath(options.package)).removesuffix(".mlpackage")
    name = options.name or ios_bundle.class_name(stem)
    files.write_bytes(options.out, swift_class.write(options.package, name).encode())
    return 0


def _ios_catalogue(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import ios_bundle
    from model_press.formats import files

    files.write_bytes(options.out, ios_bundle.catalogue(_variants(options)))
    return 0


def _ios_bundle(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import ios_bundle

    sources = [tuple(item.split("=", 1)) for item in options.source]
    ios_bundle.write(options.out, options.name, _variants(options), options.template, sources)
    return 0


def _variants(options: argparse.Namespace) -> list[Any]:
    from model_press.coreml import ios_bundle

    return [ios_bundle.Variant(*item.split("=")) for item in options.variant]


def main(argv: list[str] | None = None) -> int:
    """Runs a subcommand, or serves a build server's requests, as cli.main does."""
    return command_line.main(argv, make_parser=parser)


if __name__ == "__main__":
    sys.exit(main())
