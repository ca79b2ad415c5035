"""The evaluation summary against figures counted by hand, and what it refuses."""

import dataclasses

import numpy as np
import pytest
from testing.manifests import UINT8_SCORES, manifest_of
from testing.raises import user_error

from model_press.evaluate import summary
from model_press.formats import files, strict_json
from model_press.images import npy

CLASSES = 20
NAMES = [f"class {index}" for index in range(CLASSES)]
TRUTH = (np.arange(40) % CLASSES).astype(np.int32)


def _scores(top: np.ndarray, height: float = 0.62) -> np.ndarray:
    """float32 [N, CLASSES] probabilities with their maximum at `top`."""
    scores = np.full((len(top), CLASSES), (1 - height) / (CLASSES - 1), np.float32)
    scores[np.arange(len(top)), top] = height
    return scores


def _codes(scores: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(scores / UINT8_SCORES.scale), 0, 255).astype(np.uint8)


def _summarize(tmp_path, outputs, keras, truth=TRUTH, names=NAMES, trained=True, keras_only=False):
    for name, array in (("o", outputs), ("k", keras), ("c", truth)):
        npy.write_npy(tmp_path / f"{name}.npy", array)
    description = None if keras_only else manifest_of()
    return summary.summarize(
        "digits_int8",
        tmp_path / "o.npy",
        description,
        tmp_path / "k.npy",
        tmp_path / "c.npy",
        names,
        trained,
    )


def test_accuracy_and_agreement_are_counted(tmp_path):
    answers = TRUTH.copy()
    answers[:4] = (answers[:4] + 1) % CLASSES  # four wrong
    keras = TRUTH.copy()
    keras[:2] = answers[:2]  # Keras shares two of the mistakes
    found = _summarize(tmp_path, _codes(_scores(answers)), _scores(keras))
    assert (found.images, found.labelled, found.no_accuracy) == (40, 40, "")
    assert found.top1 == 36 / 40
    assert found.agreement.top1 == 38 / 40
    assert found.distinct_top1 == 20
    assert found.distinct_codes == 2
    assert found.agreement.max_diff == pytest.approx(0.6, abs=0.01)
    # The two images where both differ carry nearly all of the mean of the images' largest difference.
    assert found.agreement.mean_image_diff == pytest.approx(2 * 0.6 / 40, abs=0.005)


def test_top5_counts_the_five_most_probable(tmp_path):
    scores = _scores((TRUTH + 1) % CLASSES)
    scores[np.arange(40), TRUTH] = 0.1  # second
    found = _summarize(tmp_path, scores, scores, keras_only=True)
    assert (found.top1, found.top5) == (0, 1)


def test_the_class_table(tmp_path):
    answers = TRUTH.copy()
    answers[[0, 20]] = 7  # both images of class 0
    answers[1] = 2
    rows = _summarize(tmp_path, _codes(_scores(answers)), _scores(TRUTH)).classes
    assert rows[0] == summary.ClassRow("class 0", 2, 0.0, None, "class 7", 2)
    assert rows[1] == summary.ClassRow("class 1", 2, 0.5, 1.0, "class 2", 1)
    assert rows[7] == summary.ClassRow("class 7", 2, 1.0, 0.5, None, 0)
    assert rows[3] == summary.ClassRow("class 3", 2, 1.0, 1.0, None, 0)


def test_a_class_without_images_has_no_recall():
    rows = summary.class_table(np.array([0]), np.array([0]), ["seen", "unseen"])
    assert rows[1] == summary.ClassRow("unseen", 0, None, None, None, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trained": False}, "untrained"),
        ({"truth": np.full(40, -1, np.int32)}, "the images are unlabelled"),
    ],
)
def test_no_accuracy_without_training_or_labels(tmp_path, changes, reason):
    found = _summarize(tmp_path, _codes(_scores(TRUTH)), _scores(TRUTH), **changes)
    assert (found.top1, found.top5, found.classes, found.no_accuracy) == (None, None, (), reason)
    assert found.agreement.top1 == 1


def test_divergence_of_two_known_distributions():
    p = np.array([[0.5, 0.5]])
    q = np.array([[0.25, 0.75]])
    assert summary.mean_kl(p, q, 1e-12) == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))
    assert summary.mean_kl(p, p, 1e-12) == pytest.approx(0)


def test_a_code_of_zero_counts_as_half_a_step():
    p, q = np.array([[0.9, 0.1]]), np.array([[1.0, 0.0]])
    floor = 1 / 512
    expected = 0.9 * np.log(0.9 * (1 + floor)) + 0.1 * np.log(0.1 * (1 + floor) / floor)
    assert summary.mean_kl(p, q, floor) == pytest.approx(expected)


def test_a_thousand_codes_of_zero_do_not_outweigh_a_sure_answer():
    scores = np.full((1, 1000), 1e-4 / 999)
    scores[0, 7] = 1 - 1e-4
    codes = np.round(scores * 255) / 256
    assert 0 < summary.mean_kl(scores, codes, 1 / 512) < 0.01


def test_logits_have_no_divergence():
    logits = np.array([[3.0, -2.0]])
    assert summary.mean_kl(logits, logits, 1e-12) is None


def test_mistakes_are_named(tmp_path):
    codes, keras = _codes(_scores(TRUTH)), _scores(TRUTH)
    with user_error("outputs of digits_int8", "float32", "expected uint8"):
        _summarize(tmp_path, keras, keras)
    with user_error("differ in shape", "same image_set"):
        _summarize(tmp_path, codes[:-1], keras, TRUTH[:-1])
    with user_error("19 labels for 20 outputs"):
        _summarize(tmp_path, codes, keras, names=NAMES[:-1])
    with user_error("class 20"):
        _summarize(tmp_path, codes, keras, np.full(40, 20, np.int32))


def test_round_trip_and_unknown_fields(tmp_path):
    found = _summarize(tmp_path, _codes(_scores(TRUTH)), _scores(TRUTH))
    path = tmp_path / "s.json"
    strict_json.write(path, found)
    assert summary.read(path) == found
    files.write_json(path, {**dataclasses.asdict(found), "speed": 1})
    with user_error("s.json", "unknown field 'speed'"):
        summary.read(path)
