"""The app's classifier (TensorFlow Lite of the AAR, Java) agrees with Python on every held-out image."""

import json
import os
import pathlib

import numpy as np

# Half a point: what int8 may lose against fp32.
_MAX_DROP = 0.005
# Outputs are probabilities; float32 kernels differ by their order of summing.
_FLOAT_TOLERANCE = 1e-4

# Integer kernels round differently; see test_int8_answers_differ_only_where_two_classes_are_close.
_MAX_DISAGREEMENT = 0.01
_CLOSE_CODES = 48
_MIN_WITHIN_ONE_CODE = 0.95


def _load(name: str) -> np.ndarray:
    return np.load(pathlib.Path(os.environ[name]))


def _accuracy(outputs: np.ndarray) -> float:
    return float(np.mean(outputs.argmax(axis=1) == _load("CLASSES")))


def test_fp32_top_1_is_equal_on_every_image():
    java, python = _load("JAVA_FP32"), _load("PYTHON_FP32")
    assert java.shape == python.shape and java.dtype == python.dtype
    different = np.flatnonzero(java.argmax(axis=1) != python.argmax(axis=1))
    assert different.size == 0, f"images {different[:10].tolist()} of {len(java)}"


def test_int8_answers_differ_only_where_two_classes_are_close():
    """The AAR's x86_64 build rounds integers in another way than the desktop builds do.

    TensorFlow 2.16.1 and 2.21 for Python give the same bits in every layer. Each differs from this
    library by single codes that 30 layers amplify, and so do Python's XNNPACK and built-in kernels.
    """
    java, python = _load("JAVA_INT8"), _load("PYTHON_INT8")
    assert java.shape == python.shape and java.dtype == python.dtype
    different = np.flatnonzero(java.argmax(axis=1) != python.argmax(axis=1))
    best = np.sort(python.astype(int), axis=1)
    margins = (best[:, -1] - best[:, -2])[different]
    _record(
        int8_top1_disagreements=int(different.size), largest_margin=int(max(margins, default=0))
    )
    assert different.size <= _MAX_DISAGREEMENT * len(java)
    assert all(margins <= _CLOSE_CODES), f"images {different[margins > _CLOSE_CODES].tolist()}"


def test_quantised_outputs_are_close():
    difference = np.abs(_load("JAVA_INT8").astype(int) - _load("PYTHON_INT8").astype(int))
    kernels = np.abs(_load("XNNPACK_INT8").astype(int) - _load("PYTHON_INT8").astype(int))
    _record(
        max_code_difference=int(difference.max()),
        within_one_code=float(np.mean(difference <= 1)),
        mean_code_difference=float(difference.mean()),
        mean_code_difference_of_two_kernels_in_python=float(kernels.mean()),
    )
    assert np.mean(difference <= 1) >= _MIN_WITHIN_ONE_CODE
    # No further apart than two kernels of one runtime are, with room for another processor's.
    assert difference.mean() <= 2 * max(kernels.mean(), 0.1)


def test_xnnpack_gives_nearly_the_same_answers():
    """Its integer kernels round differently, so codes differ; the answers must not."""
    java, xnnpack = _load("JAVA_INT8").argmax(axis=1), _load("XNNPACK_INT8").argmax(axis=1)
    agreement = float(np.mean(java == xnnpack))
    _record(top1_agreement_with_xnnpack=agreement)
    assert agreement >= 1 - _MAX_DISAGREEMENT


def test_float_outputs_agree():
    difference = np.abs(_load("JAVA_FP32") - _load("PYTHON_FP32"))
    _record(max_float_difference=float(difference.max()))
    assert difference.max() <= _FLOAT_TOLERANCE


def test_the_outputs_are_not_degenerate():
    outputs = _load("JAVA_INT8")
    assert len(np.unique(outputs)) >= 32
    assert len(np.unique(outputs.argmax(axis=1))) == outputs.shape[1]


def test_int8_keeps_the_accuracy_in_java():
    fp32, int8 = _accuracy(_load("JAVA_FP32")), _accuracy(_load("JAVA_INT8"))
    _record(java_fp32_accuracy=fp32, java_int8_accuracy=int8, images=len(_load("CLASSES")))
    assert fp32 - int8 <= _MAX_DROP


def _record(**numbers: float) -> None:
    """Prints measured numbers and adds them to the test's outputs."""
    print(numbers)
    folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    if folder:
        with open(pathlib.Path(folder) / "agreement.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(numbers) + "\n")
