"""preprocess: Keras' own formulas, and the manifest rule that every app follows."""

import dataclasses

import numpy as np
import pytest
from testing.manifests import FLOAT_SCORES, UINT8_SCORES, manifest_of
from testing.raises import user_error

from model_press.formats import manifest, normalization
from model_press.images import preprocess

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3)).astype(np.uint8)
EVERY_BYTE = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1), 3, axis=3)


def _keras_formula(mode: str, x: np.ndarray) -> np.ndarray:
    # As keras.applications.imagenet_utils documents them, in float64.
    x = x.astype(np.float64)
    if mode == "tf":
        return x / 127.5 - 1
    if mode == "torch":
        return (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return x[..., ::-1] - [103.939, 116.779, 123.68] if mode == "caffe" else x


@pytest.mark.parametrize("mode", sorted(normalization.NAMED))
def test_named_modes_are_keras_own(mode):
    actual = preprocess.normalize(PIXELS, normalization.NAMED[mode])
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, _keras_formula(mode, PIXELS), rtol=0, atol=2e-5)


def test_then_is_one_after_the_other():
    scale, offset = np.array([0.5, 2, 3]), np.array([-1, 0, 1])
    for first in normalization.NAMED.values():
        expected = preprocess.normalize(PIXELS, first) * scale + offset
        actual = preprocess.normalize(PIXELS, first.then(scale, offset))
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-4)


def test_json_and_mistakes():
    text = '{"color_order": "BGR", "mean": [1, 2, 3], "std": [4, 5, 6]}'
    assert normalization.parse(text) == normalization.Normalization("BGR", (1, 2, 3), (4, 5, 6))
    with user_error("imagenet", "caffe, none, tf, torch"):
        normalization.parse("imagenet")
    with user_error("std"):
        normalization.parse(text.replace("[4, 5, 6]", "[4, 0, 6]"))
    with user_error("3 items"):
        normalization.parse(text.replace("[1, 2, 3]", "[1]"))
    with user_error("color_order", "RBG"):
        normalization.parse(text.replace("BGR", "RBG"))


def _external(dtype: str, scale: float, zero_point: int) -> manifest.TfliteManifest:
    base = manifest_of()
    tensor = manifest.Tensor("image", (1, 16, 16, 3), dtype, scale, zero_point)
    pre = dataclasses.replace(base.preprocess, fused=False, mean=(127.5,) * 3, std=(127.5,) * 3)
    return manifest_of(input=tensor, preprocess=pre)


def test_fused_input_is_the_pixel_itself():
    assert preprocess.encode_input(EVERY_BYTE, manifest_of()) is EVERY_BYTE


def test_fused_float_and_int8_inputs():
    float_input = manifest.Tensor("image", (1, 16, 16, 3), "float32", 0.0, 0)
    encoded = preprocess.encode_input(EVERY_BYTE, manifest_of(input=float_input))
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, EVERY_BYTE)
    int8_input = manifest.Tensor("image", (1, 16, 16, 3), "int8", 1.0, -128)
    encoded = preprocess.encode_input(EVERY_BYTE, manifest_of(input=int8_input))
    np.testing.assert_array_equal(encoded.astype(int) + 128, EVERY_BYTE)


def test_external_int8_rounds_half_to_even_and_saturates():
    scale = np.float32(2 / 255)  # what a [-1, 1] calibration gives: every byte is near a tie
    encoded = preprocess.encode_input(EVERY_BYTE, _external("int8", float(scale), -1))
    real = (EVERY_BYTE.astype(np.float32) - np.float32(127.5)) / np.float32(127.5)
    expected = np.clip(np.rint(real / scale) - 1, -128, 127)
    np.testing.assert_array_equal(encoded, expected)
    assert encoded.dtype == np.int8


def test_wrong_input_scale_changes_the_codes():
    # Seeded fault: a manifest whose input scale is not the model's.
    right = preprocess.encode_input(EVERY_BYTE, _external("int8", 2 / 255, -1))
    wrong = preprocess.encode_input(EVERY_BYTE, _external("int8", 1 / 255, -1))
    assert np.mean(right != wrong) > 0.9


def test_decode_output():
    codes = np.array([[0, 128, 255]], np.uint8)
    np.testing.assert_array_equal(
        preprocess.decode_output(codes, UINT8_SCORES), np.float32([[0, 0.5, 255 / 256]])
    )
    np.testing.assert_array_equal(
        preprocess.decode_output(np.float32([[0.25]]), FLOAT_SCORES), np.float32([[0.25]])
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "1" * 5000, "[" * 100_000])
def test_numbers_that_are_none_are_refused(number):
    with user_error("preprocess"):
        normalization.parse(f'{{"color_order":"RGB","mean":[{number},0,0],"std":[1,1,1]}}')
