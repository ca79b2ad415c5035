"""check-accuracy: how much top-1 accuracy a variant loses against a baseline on labelled images."""

import argparse
import os

import numpy as np

from model_press.evaluate import outputs
from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.images import image_set, npy, quality
from model_press.process import command_line

# With this many images or more, a model that gives one class for all of them is broken.
_CONSTANT_IMAGES = 32


def check(
    outputs_path: str | os.PathLike[str],
    description: manifest.Manifest,
    baseline_path: str | os.PathLike[str],
    baseline: manifest.Manifest | None,
    classes_path: str | os.PathLike[str],
    max_drop: float,
) -> Result:
    """Compare top-1 accuracy over the labelled images.

    Args:
      baseline: the baseline variant's manifest, or None for a Keras model's float32 outputs.
      max_drop: largest accepted (baseline accuracy - accuracy), as a share (0.005 is half a point).
    Raises:
      UserError: shapes that do not match, no labelled image, labels of one class only, or a constant prediction.
    """
    _, scores = outputs.read(outputs_path, description, "outputs")
    _, reference = outputs.read(baseline_path, baseline, "baseline outputs")
    outputs.require_same_images(scores, reference, "outputs and baseline outputs")
    classes = np.asarray(npy.read_npy(classes_path, "classes"))
    image_set.check_classes(classes, len(scores), scores.shape[1], f"classes {classes_path}")
    labeled = classes != image_set.UNLABELED
    if not labeled.any():
        raise UserError(f"classes {classes_path} labels no image; an accuracy needs labels")
    if wrong := quality.one_class(classes, scores.shape[1]):
        raise UserError(f"classes {classes_path}: {wrong}")
    predicted = scores[labeled].argmax(1)
    truth = classes[labeled]
    if len(truth) >= _CONSTANT_IMAGES and len(set(truth)) > 1 and len(set(predicted)) == 1:
        known = len(set(reference[labeled].argmax(1)))
        if known == 1:
            raise UserError(
                f"{description.name} and its baseline predict one class for all {len(truth)} images, expected "
                "more; give images of the kind that the model was trained on, or train it"
            )
        raise UserError(
            f"{description.name} predicts class {predicted[0]} for all {len(truth)} images, expected {known} "
            "classes as its baseline predicts; give its input the scale that the manifest states, or look for the "
            "layer that goes wrong in the report's per-layer errors"
        )
    accuracy = float(np.mean(predicted == truth))
    base = float(np.mean(reference[labeled].argmax(1) == truth))
    return Result(
        "accuracy",
        (Measure("top-1 accuracy drop", base - accuracy, max_drop, at_most=True),),
        {"accuracy": accuracy, "baseline accuracy": base, "images": len(truth)},
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--outputs", "--manifest", "--baseline-outputs", "--classes")
    parser.add_argument("--baseline-manifest")
    parser.add_argument("--max-drop", type=float, required=True)


def _check(options: argparse.Namespace) -> Result:
    baseline = options.baseline_manifest
    return check(
        options.outputs,
        manifest.read(options.manifest),
        options.baseline_outputs,
        manifest.read(baseline) if baseline else None,
        options.classes,
        options.max_drop,
    )


COMMAND = gate("check-accuracy", "accuracy drop against a baseline", _add_arguments, _check)
