"""Runs an image classifier of Core ML on photographs, without an Apple machine.

bazel run //python:coreml_eval -- MODEL.mlpackage PHOTO.jpg [PHOTO.jpg ...]
"""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from model_press.camera_input.coreml import crop_region
from model_press.coreml import weights
from model_press.coreml.evaluator import machine
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import decode
from model_press.keras_io import model_format
from model_press.process import command_line, user_path


def _add_arguments(result: argparse.ArgumentParser) -> None:
    result.add_argument("model", help="a .mlpackage folder, or a zip that holds one")
    result.add_argument("photos", nargs="*", metavar="photo", help="JPEG, PNG, WebP or BMP")
    result.add_argument("--top", type=int, default=5, help="labels a photograph (default 5)")
    result.add_argument(
        "--fit",
        choices=("crop", "stretch"),
        default="crop",
        help="how to fit a photo to the input's shape, or to the crop of a package that crops itself (default crop)",
    )
    result.add_argument(
        "--precision",
        choices=("declared", "float32"),
        default="declared",
        help="round to float16 where the program declares it (default), or nowhere",
    )
    result.add_argument("--json", action="store_true", help="the same as JSON (schema_version 1)")


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    with unpacked(user_path.resolve(options.model)) as folder:
        classifier = opened(folder, options.precision)
        found = [
            _classify(classifier, user_path.resolve(photo), photo, options.fit, options.top)
            for photo in options.photos
        ]
        description = _describe(classifier)
    try:
        if options.json:
            sys.stdout.write(
                files.dump_json({"schema_version": 1, **description, "photos": found}).decode()
            )
        else:
            print("\n".join(_page(description, found)))
    except BrokenPipeError:  # `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def opened(folder: pathlib.Path, precision: machine.Precision = "declared") -> ImageClassifier:
    """Return the classifier in a package's folder; the package may come from any tool.

    Raises:
      UserError: it is none, or damage has left it a program that contradicts itself.
    """
    try:
        crop_region.require_label(folder)
        return ImageClassifier(folder, precision)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            f"model {folder} is damaged or is not a program that the evaluator supports ({reason:.200}); convert "
            "it again"
        ) from error


@contextlib.contextmanager
def unpacked(path: str) -> Iterator[pathlib.Path]:
    """Return the package's folder: the path itself, or the one folder *.mlpackage in a zip, unpacked for the block.

    Raises:
      UserError: no such file, or a zip that is damaged, unsafe or holds another number of packages.
    """
    if not os.path.exists(path):
        raise UserError(
            f"model {path} does not exist, expected a .mlpackage folder or its zip; build it first"
        )
    if os.path.isdir(path) or not zipfile.is_zipfile(path):
        yield pathlib.Path(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        model_format.unzip(path, pathlib.Path(folder))
        inside = sorted(pathlib.Path(folder).rglob("*.mlpackage"))
        if len(inside) != 1:
            raise UserError(f"{path} holds {len(inside)} .mlpackage folders, expected one")
        yield inside[0]


def _classify(
    classifier: ImageClassifier, path: str, photo: str, fit: str, top: int
) -> dict[str, Any]:
    pixels = crop_region.place(decode.decode(path), classifier, fit)
    scores = classifier.run(pixels[None])[0]
    best = np.argsort(-scores, kind="stable")[:top]
    return {
        "photo": photo,
        "labels": [
            {"label": classifier.labels[i], "score": round(float(scores[i]), 6)} for i in best
        ],
    }


def _describe(classifier: ImageClassifier) -> dict[str, Any]:
    found = weights.of(classifier.program)
    return {
        "input": {
            "name": classifier.input_name,
            "height": classifier.height,
            "width": classifier.width,
            "color_order": classifier.color_order,
        },
        "classes": len(classifier.labels),
        "specification_version": classifier.spec.specificationVersion,
        "weights": sum(weight.elements for weight in found),
        "coverage": round(weights.coverage(found), 6),
    }


def _page(description: dict[str, Any], found: list[dict[str, Any]]) -> list[str]:
    entry = description["input"]
    lines = [
        f"{entry['width']}x{entry['height']} {entry['color_order']} image `{entry['name']}`, "
        f"{description['classes']} classes, {description['weights']} weights, "
        f"{description['coverage']:.1%} of them compressed, "
        f"specification version {description['specification_version']}"
    ]
    for item in found:
        lines.append(item["photo"])
        lines += [f"  {label['score']:8.4f}  {label['label']}" for label in item["labels"]]
    return lines


COMMAND = command_line.Command("coreml_eval", __doc__.splitlines()[0], _add_arguments, _run)

if __name__ == "__main__":
    command_line.main(COMMAND)
