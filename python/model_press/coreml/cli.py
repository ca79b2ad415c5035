"""The command line of Core ML's build actions, served by the same worker as model_press."""

import argparse
import os
import sys
from collections.abc import Callable

# Before NumPy: BLAS threads that wait for each other cost more than they bring when actions run side by side.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from model_press.process import command_line


def parser() -> argparse.ArgumentParser:
    """Return the subcommands."""
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
    return result


# Imports stand inside the functions: predict-coreml must not pay for TensorFlow.
def _convert(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import convert, package
    from model_press.formats import coreml_recipes, manifest, model_info

    description = convert.convert_model(
        options.model,
        model_info.read(options.info),
        coreml_recipes.read(options.recipe),
        options.labels,
        options.out_package,
    )
    package.write_zip(options.out_package, options.out_zip, os.path.basename(options.out_package))
    manifest.write(options.out_manifest, description)
    return 0


def _predict(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    from model_press.coreml import predict
    from model_press.formats import manifest

    predict.predict_coreml(
        options.package,
        manifest.read_coreml(options.manifest, camera=False),
        options.images,
        options.out,
    )
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand, or serve a build server's requests, as cli.main does."""
    return command_line.main(argv, make_parser=parser)


if __name__ == "__main__":
    sys.exit(main())
