"""check-images: whether a set of images can judge a model: varied, unseen, of all classes, and in RGB."""

import argparse
import os
from collections.abc import Sequence

import numpy as np

from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.images import image_set, npy, outputs_file, preprocess, quality
from model_press.process import command_line
from model_press.tflite import interpreter as tflite_interpreter

# Enough to tell 5 points of accuracy from chance.
_ASKED = 200


def check(
    model: str | os.PathLike[str],
    description: manifest.TfliteManifest,
    images_path: str | os.PathLike[str],
    classes_path: str | os.PathLike[str],
    seen: Sequence[tuple[str, str]],
) -> Result:
    """Judge the images, with a variant's help where its model is trained.

    Args:
      model, description: a variant and its manifest; asked for the colour order.
      images_path, classes_path: the set's arrays.
      seen: (name, path of images) of sets that training or calibration used.
    Raises:
      UserError: everything that is wrong, in one line.
    """
    manifest.verify_file(description.model.sha256, model, "model")
    shape = description.input.shape
    images = outputs_file.read_images(images_path, shape[1], shape[2])
    classes = np.asarray(npy.read_npy(classes_path, "classes"))
    image_set.check_classes(classes, len(images), description.labels.count, "classes")
    found: list[str | None] = [*quality.warnings(images, classes, description.labels.count)]
    for name, path in seen:
        found.append(quality.overlap(images, npy.read_npy(path, name), name))
    if description.source.trained:
        found.append(_colours(model, description, images, classes))
        colours = "asked"
    else:
        colours = "not asked, the model is untrained"
    wrong = [line for line in found if line]
    if wrong:
        raise UserError(f"images: {'; '.join(wrong)}")
    return Result(
        "images",
        (Measure("things wrong with the images", 0, 0, at_most=True),),
        {"images": len(images), "other sets": len(seen), "colour order": colours},
    )


def _colours(
    model: str | os.PathLike[str],
    description: manifest.TfliteManifest,
    images: np.ndarray,
    classes: np.ndarray,
) -> str | None:
    """Ask the model for up to _ASKED images, evenly spread, as given and with red and blue exchanged."""
    labelled = classes != image_set.UNLABELED
    usable = np.flatnonzero(labelled) if labelled.any() else np.arange(len(images))
    usable = usable[np.linspace(0, len(usable) - 1, min(_ASKED, len(usable))).astype(int)]
    interpreter = tflite_interpreter.Interpreter(model)

    def scores(order: slice) -> np.ndarray:
        batches = (images[i : i + 1, ..., order] for i in usable)
        codes = [interpreter.run(preprocess.encode_input(b, description))[0] for b in batches]
        return preprocess.decode_output(np.array(codes), description.output)

    return quality.channel_order(
        scores(slice(None)),
        scores(slice(None, None, -1)),
        classes[usable] if labelled.any() else None,
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--model", "--manifest", "--images", "--classes")
    parser.add_argument("--seen", action="append", default=[], metavar="NAME=IMAGES")


def _check(options: argparse.Namespace) -> Result:
    seen = [tuple(item.split("=", 1)) for item in options.seen]
    description = manifest.read_tflite(options.manifest, camera=False)
    return check(options.model, description, options.images, options.classes, seen)


COMMAND = gate("check-images", "whether images can judge a model", _add_arguments, _check)
