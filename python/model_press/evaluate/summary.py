"""The evaluation summary: accuracy, agreement with Keras and a per-class table, from outputs on an image set."""

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from model_press.evaluate import outputs
from model_press.formats import manifest, strict_json
from model_press.formats.errors import UserError
from model_press.images import image_set, npy

_TOP_K = 5
# A row of Keras' probabilities sums to one. A variant's may not: of a thousand classes most codes round to zero.
_SUM_TOLERANCE = 0.01
_FLOAT_FLOOR = 1e-12


@dataclasses.dataclass(frozen=True)
class Agreement:
    """How near a variant's answers are to the Keras model's on the same images.

    top1: share of images with the same most probable class. mean_kl: mean over the images of
    KL(Keras || variant) in nats, None where the outputs are not probabilities. max_diff, mean_diff: largest and
    mean absolute difference of any output; mean_image_diff: mean over the images of an image's largest one
    (what a recipe's tolerance bounds). All differences in the output's unit, probability.
    """

    top1: float
    mean_kl: float | None
    max_diff: float
    mean_diff: float
    mean_image_diff: float


@dataclasses.dataclass(frozen=True)
class ClassRow:
    """One class. recall and precision are None if there was nothing to count; so is the main confusion.

    most_confused_with: the class that most of its wrongly classified images were taken for, of `confusions` images.
    """

    name: str
    support: int
    recall: float | None
    precision: float | None
    most_confused_with: str | None
    confusions: int


@dataclasses.dataclass(frozen=True)
class Summary:
    """One subject (a variant, or the Keras model) on one image set.

    top1, top5: accuracy as fractions, None where the model is untrained or no image is labelled; then `classes` is
    empty and `no_accuracy` says why. distinct_top1: how many different classes are answered;
    distinct_codes: how many different values the outputs have.
    """

    schema_version: int
    subject: str
    images: int
    labelled: int
    top1: float | None
    top5: float | None
    no_accuracy: str
    agreement: Agreement
    distinct_top1: int
    distinct_codes: int
    classes: tuple[ClassRow, ...]


def summarize(
    subject: str,
    outputs_path: str | os.PathLike[str],
    description: manifest.Manifest | None,
    keras_path: str | os.PathLike[str],
    classes_path: str | os.PathLike[str],
    names: Sequence[str],
    trained: bool,
) -> Summary:
    """Summarise raw outputs [N, classes].

    Args:
      subject: name of the variant or model.
      description: the variant's manifest; None for the Keras model's own float32 outputs.
      keras_path: float32 [N, classes] outputs of Keras on the same images.
      classes_path: int32 [N] true classes, -1 where an image has none.
      names: the classes' names, in output order.
      trained: False gives no accuracy, even with labels.
    Raises:
      UserError: shapes that do not match, values that are not finite.
    """
    raw, scores = outputs.read(outputs_path, description, f"outputs of {subject}")
    _, expected = outputs.read(keras_path, None, "Keras outputs")
    outputs.require_same_images(scores, expected, f"outputs of {subject} and Keras outputs")
    truth = np.asarray(npy.read_npy(classes_path, "classes"))
    image_set.check_classes(truth, len(scores), scores.shape[1], f"classes {classes_path}")
    if len(names) != scores.shape[1]:
        raise UserError(
            f"{len(names)} labels for {scores.shape[1]} outputs of {subject}; take both of one model"
        )
    labelled = truth != image_set.UNLABELED
    reason = ""
    if not trained:
        reason = "untrained"
    elif not labelled.any():
        reason = "the images are unlabelled"
    top1 = top5 = None
    rows: tuple[ClassRow, ...] = ()
    if not reason:
        known, answered = truth[labelled], scores[labelled]
        top1 = float(np.mean(answered.argmax(1) == known))
        top5 = float(np.mean((_ranked(answered) == known[:, None]).any(1)))
        rows = class_table(known, answered.argmax(1), names)
    return Summary(
        1,
        subject,
        len(scores),
        int(labelled.sum()),
        top1,
        top5,
        reason,
        agreement(scores, expected, _floor(description)),
        len(set(scores.argmax(1).tolist())),
        len(np.unique(raw)),
        rows,
    )


def agreement(scores: np.ndarray, expected: np.ndarray, floor: float) -> Agreement:
    """Compare scores with Keras' expected ones, both [N, classes].

    Args:
      floor: below it a score is unknown to the divergence: half a step of a quantised output.
    """
    difference = np.abs(scores.astype(np.float64) - expected)
    return Agreement(
        float(np.mean(scores.argmax(1) == expected.argmax(1))),
        mean_kl(expected, scores, floor),
        float(difference.max()),
        float(difference.mean()),
        float(difference.max(1).mean()),
    )


def mean_kl(p: np.ndarray, q: np.ndarray, floor: float) -> float | None:
    """Return the mean Kullback-Leibler divergence KL(p || q) in nats, or None if p has no probabilities.

    Scores of q below `floor` (half a step of a quantised output) are not zero but unknown: they share what the row
    lacks of one, at least `floor` together and at most `floor` each. A thousand times `floor` would be more than all.
    """
    p, q = p.astype(np.float64), q.astype(np.float64)
    if p.min() < 0 or np.abs(p.sum(1) - 1).max() > _SUM_TOLERANCE:
        return None
    p = p / p.sum(1, keepdims=True)
    unknown = q < floor
    lacking = np.maximum(1 - np.where(unknown, 0, q).sum(1), floor)
    share = np.minimum(lacking / np.maximum(unknown.sum(1), 1), floor)
    q = np.where(unknown, share[:, None], q)
    q /= q.sum(1, keepdims=True)
    terms = np.where(p > 0, p * np.log(np.maximum(p, _FLOAT_FLOOR) / q), 0)
    return float(terms.sum(1).mean())


def class_table(
    truth: np.ndarray, predicted: np.ndarray, names: Sequence[str]
) -> tuple[ClassRow, ...]:
    """Return support, recall, precision and main confusion of each class, from class indices [N]."""
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (truth, predicted), 1)
    rows = []
    for index, name in enumerate(names):
        right, support = int(counts[index, index]), int(counts[index].sum())
        answers = int(counts[:, index].sum())
        wrong = counts[index].copy()
        wrong[index] = 0
        other = int(wrong.argmax())
        rows.append(
            ClassRow(
                name,
                support,
                right / support if support else None,
                right / answers if answers else None,
                names[other] if wrong[other] else None,
                int(wrong[other]),
            )
        )
    return tuple(rows)


def _ranked(scores: np.ndarray) -> np.ndarray:
    # Stable: of equal codes the lower class comes first, as with argmax.
    return np.argsort(-scores, axis=1, kind="stable")[:, :_TOP_K]


def _floor(description: manifest.Manifest | None) -> float:
    if description is None or description.output.dtype == "float32":
        return _FLOAT_FLOOR
    return description.output.scale / 2


def read(path: str | os.PathLike[str]) -> Summary:
    """Read and validate a summary."""
    return strict_json.read(Summary, path, "evaluation summary")
