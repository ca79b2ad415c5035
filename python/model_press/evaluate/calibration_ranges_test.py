"""Calibrated ranges of the digits net against the values of its images; outliers and clipping are found."""

import dataclasses
import pathlib

import numpy as np
import pytest
from testing import tflite_bytes
from testing.raises import user_error

from model_press.evaluate import calibration_ranges
from model_press.formats import files, manifest, strict_json
from model_press.tflite import reader

INT8, FP32 = "models/digits/digits_int8.tflite", "models/digits/digits_fp32.tflite"
CALIBRATION = "models/digits/calibration.images.npy"
HELD_OUT = "models/digits/held_out.images.npy"
COUNT = 12


def _manifest(model: str) -> manifest.TfliteManifest:
    return manifest.read(model.replace(".tflite", ".manifest.json"))


def _report(evaluation, model=INT8, float_model=FP32, calibration=CALIBRATION):
    return calibration_ranges.report(
        model, _manifest(model), float_model, _manifest(float_model), calibration, evaluation, COUNT
    )


@pytest.fixture(scope="module")
def found():
    return _report(HELD_OUT)


def test_every_activation_of_the_variant_is_compared(found, tmp_path):
    assert (found.calibration_images, found.evaluation_images) == (COUNT, COUNT)
    assert len(found.ranges) > 50 and {r.layer for r in found.ranges} >= {"block3_sepconv1_act"}
    assert len(found.unmatched) <= 1
    for r in found.ranges:
        # What was calibrated holds what calibration images need, but for rounding of the range's ends to codes.
        assert r.calibration.clipped < 1e-3, r
        assert r.outlier == (r.outlier_ratio >= calibration_ranges.OUTLIER_RATIO)
        assert r.layer in r.tensor
    assert found.clipped < 1e-3
    strict_json.write(tmp_path / "r.json", found)
    assert calibration_ranges.read(tmp_path / "r.json") == found


def test_values_outside_a_range_that_is_too_small_are_counted_and_the_layer_is_named(
    found, tmp_path
):
    """As if calibration had seen a tenth of what the images hold."""

    def narrow_one(model):
        tensor = next(t for t in model.subgraphs[0].tensors if t.name.endswith(b"block3_add/add"))
        tensor.quantization.scale = [tensor.quantization.scale[0] / 10]

    path = tmp_path / "m.tflite"
    path.write_bytes(tflite_bytes.changed(pathlib.Path(INT8).read_bytes(), narrow_one))
    variant_manifest = _manifest(INT8)
    variant_manifest = dataclasses.replace(
        variant_manifest,
        model=dataclasses.replace(variant_manifest.model, sha256=files.sha256(path)),
    )
    narrow = calibration_ranges.report(
        path, variant_manifest, FP32, _manifest(FP32), CALIBRATION, HELD_OUT, COUNT
    )
    (r,) = [r for r in narrow.ranges if r.layer == "block3_add"]
    assert r.evaluation.clipped > 0.1 and narrow.clipped > found.clipped
    (warning,) = calibration_ranges.warnings(narrow)
    assert "outside the ranges that calibration fixed" in warning and "block3_add (" in warning
    assert not list(calibration_ranges.warnings(found))


def _tensor(scale: float, zero_point: int) -> reader.TensorInfo:
    return reader.TensorInfo(
        3, "net/conv/Relu;more", (1, 10), (1, 10), "int8", (scale,), (zero_point,), 0
    )


def _values(tensor: reader.TensorInfo, values: np.ndarray) -> calibration_ranges._Values:
    seen = calibration_ranges._Values(*calibration_ranges._limits(tensor))
    seen.add(values.astype(np.float32))
    return seen


def test_a_range_that_one_outlier_stretches_is_marked():
    usual = np.linspace(0, 1, 5000)
    stretched, tight = _tensor(10 / 255, -128), _tensor(1 / 255, -128)
    seen = _values(stretched, usual)
    r = calibration_ranges._range(stretched, seen, seen)
    assert (r.layer, r.outlier, r.calibrated_maximum) == ("conv", True, 10)
    assert r.outlier_ratio == pytest.approx(10, rel=0.01)
    seen = _values(tight, usual)
    assert not calibration_ranges._range(tight, seen, seen).outlier


def test_clipped_values_are_counted_beyond_half_a_step():
    tensor = _tensor(1 / 255, -128)  # codes hold 0 to 1
    step = 1 / 255
    values = np.array([0.5, 1 + 0.4 * step, 1 + 0.6 * step, -0.4 * step, -2.0])
    assert _values(tensor, values).observed().clipped == pytest.approx(2 / 5)


def test_mistakes(tmp_path):
    with user_error("has float activations, which have no calibrated range"):
        _report(HELD_OUT, model=FP32)
    other = dataclasses.replace(_manifest(FP32))
    with user_error("not the file its manifest names"):
        calibration_ranges.report(INT8, other, FP32, other, CALIBRATION, HELD_OUT, COUNT)
    # An integer variant is not a float twin: none of its tensors hold float values.
    with user_error("has 0 of the", "name a float variant of the same model"):
        _report(HELD_OUT, float_model=INT8)
