"""check-parity: whether a variant agrees with Keras on the golden images, within its recipe's tolerance."""

import argparse
import os

import numpy as np

from model_press.evaluate import outputs
from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.process import command_line

# Fewer values in all outputs together: a model that answers (nearly) the same for every input.
MIN_DISTINCT_CODES = 32
_MANY_CLASSES = 100
_MIN_DISTINCT_TOP1 = 20


def min_distinct_top1(classes: int) -> int:
    """Return how many different top-1 classes Keras must give on golden images for agreement to mean something."""
    if classes >= _MANY_CLASSES:
        return _MIN_DISTINCT_TOP1
    return max(2, -(-min(classes, _MIN_DISTINCT_TOP1) // 2))


def check(
    outputs_path: str | os.PathLike[str],
    description: manifest.Manifest,
    keras_path: str | os.PathLike[str],
) -> Result:
    """Compare a variant's outputs with Keras' on the same images.

    Raises:
      UserError: shapes that do not match, or a degenerate golden set or output.
    """
    raw, scores = outputs.read(outputs_path, description, "outputs")
    _, expected = outputs.read(keras_path, None, "Keras outputs")
    outputs.require_same_images(scores, expected, "outputs and Keras outputs")
    top1 = expected.argmax(1)
    distinct, needed = len(set(top1)), min_distinct_top1(expected.shape[1])
    if distinct < needed:
        raise UserError(
            f"the golden images are degenerate: Keras gives {distinct} distinct top-1 classes on "
            f"{len(top1)} images, at least {needed} are needed; choose more varied images"
        )
    codes = len(np.unique(raw))
    if codes < MIN_DISTINCT_CODES:
        raise UserError(
            f"the outputs of {description.name} are degenerate: {codes} distinct values, at least "
            f"{MIN_DISTINCT_CODES} are needed for agreement to mean something; the model gives the same answer to "
            "every image, or is always sure, as a net of two classes can be: use an accuracy_test for that one"
        )
    tolerance = description.recipe.tolerance
    agreement = float(np.mean(scores.argmax(1) == top1))
    difference = np.abs(scores.astype(np.float64) - expected)
    return Result(
        "parity",
        (
            Measure(
                "top-1 agreement with Keras", agreement, tolerance.min_top1_agreement, at_most=False
            ),
            Measure(
                "mean largest difference from Keras",
                float(difference.max(1).mean()),
                tolerance.max_mean_diff,
                at_most=True,
            ),
        ),
        {
            "images": len(top1),
            "distinct top-1 classes": distinct,
            "distinct output values": codes,
            "largest difference": float(difference.max()),
            "mean difference": float(difference.mean()),
        },
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    command_line.require(parser, "--outputs", "--manifest", "--keras-outputs")


COMMAND = gate(
    "check-parity",
    "agreement with Keras within the tolerance",
    _add_arguments,
    lambda o: check(o.outputs, manifest.read(o.manifest), o.keras_outputs),
)
