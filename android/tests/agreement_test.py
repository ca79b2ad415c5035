"""The app's classifier (TensorFlow Lite of the AAR, Java) agrees with Python on every held-out image."""

import json
import os
import pathlib

import numpy as np
import pytest

# Half a point: what int8 may lose against fp32.
_MAX_DROP = 0.005
# Outputs are probabilities; float32 kernels differ by their order of summing.
_FLOAT_TOLERANCE = 1e-4
# Dynamic-range kernels quantise each activation as it comes: a last bit of a float decides a code.
_DYNAMIC_TOLERANCE = 0.02

_FLOAT_VARIANTS = {
    "fp32": _FLOAT_TOLERANCE,
    "fp16": _FLOAT_TOLERANCE,
    "dynamic_int8": _DYNAMIC_TOLERANCE,
}


def _load(name: str) -> np.ndarray:
    return np.load(pathlib.Path(os.environ[name]))


def _pair(variant: str) -> tuple[np.ndarray, np.ndarray]:
    java, python = _load(f"JAVA_{variant.upper()}"), _load(f"PYTHON_{variant.upper()}")
    assert java.shape == python.shape and java.dtype == python.dtype
    return java, python


def _accuracy(variant: str) -> float:
    return float(np.mean(_load(f"JAVA_{variant.upper()}").argmax(axis=1) == _load("CLASSES")))


# shows: pain D41
@pytest.mark.parametrize("variant", [*_FLOAT_VARIANTS, "int8"])
def test_top_1_is_equal_on_every_image(variant):
    java, python = _pair(variant)
    different = np.flatnonzero(java.argmax(axis=1) != python.argmax(axis=1))
    assert different.size == 0, f"images {different[:10].tolist()} of {len(java)}"


def test_quantised_outputs_are_within_one_code():
    java, python = _pair("int8")
    difference = np.abs(java.astype(int) - python)
    _record(max_code_difference=int(difference.max()), equal=float(np.mean(difference == 0)))
    assert difference.max() <= 1


@pytest.mark.parametrize("variant", _FLOAT_VARIANTS)
def test_float_outputs_agree(variant):
    java, python = _pair(variant)
    difference = float(np.abs(java - python).max())
    _record(**{f"max_difference_{variant}": difference})
    assert difference <= _FLOAT_VARIANTS[variant]


def test_the_outputs_are_not_degenerate():
    outputs = _load("JAVA_INT8")
    assert len(np.unique(outputs)) >= 32
    assert len(np.unique(outputs.argmax(axis=1))) == outputs.shape[1]


def test_int8_keeps_the_accuracy_in_java():
    fp32, int8 = _accuracy("fp32"), _accuracy("int8")
    _record(java_fp32_accuracy=fp32, java_int8_accuracy=int8, images=len(_load("CLASSES")))
    assert fp32 - int8 <= _MAX_DROP


def _record(**numbers: float) -> None:
    """Prints measured numbers and adds them to the test's outputs."""
    print(numbers)
    folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
    if folder:
        with open(pathlib.Path(folder) / "agreement.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(numbers) + "\n")
