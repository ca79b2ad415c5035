"""fuse: raw pixels into the fused model give what normalised pixels into the original gave."""

import numpy as np
import pytest
from testing import keras_models

from model_press.formats import normalization
from model_press.formats.normalization import NAMED
from model_press.images import preprocess
from model_press.keras_io import fold_preprocessing, load

PIXELS, _ = keras_models.photos(12)
LAYERS = {
    "batch norm": lambda L: [
        L.Conv2D(8, 3, strides=2, use_bias=False),
        L.BatchNormalization(),
    ],
    "bias": lambda L: [L.Conv2D(8, 3)],
    "bias and activation": lambda L: [L.Conv2D(8, 3, activation="relu")],
    "1x1 same": lambda L: [L.Conv2D(8, 1, padding="same")],
    "dilated": lambda L: [L.Conv2D(8, 3, dilation_rate=2)],
    "same": lambda L: [L.Conv2D(8, 3, padding="same")],
    "no bias, no norm": lambda L: [L.Conv2D(8, 3, use_bias=False)],
    "activation before norm": lambda L: [
        L.Conv2D(8, 3, use_bias=False, activation="relu"),
        L.BatchNormalization(),
    ],
    "zero padding first": lambda L: [L.ZeroPadding2D(1), L.Conv2D(8, 3)],
    "depthwise first": lambda L: [L.DepthwiseConv2D(3), L.Conv2D(8, 1)],
    "rescaling": lambda L: [L.Rescaling(0.5, 0.1), L.Conv2D(8, 3)],
    "rescaling, same": lambda L: [L.Rescaling(0.5, 0.1), L.Conv2D(8, 3, padding="same")],
}
FOLDED = {"rescaling", "batch norm", "bias", "bias and activation", "1x1 same", "dilated"}


def _check(model, mode: str, tmp_path) -> str:
    pre = NAMED[mode]
    model.save(tmp_path / "m.keras")
    with load.load(tmp_path / "m.keras") as loaded:
        expected = np.asarray(loaded.call(preprocess.normalize(PIXELS, pre)))
        call, method = fold_preprocessing.fuse(loaded, pre)
        actual = np.asarray(call(PIXELS.astype(np.float32)))
    assert np.ptp(expected, axis=0).max() > 0.05  # not a comparison of constants
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)
    return method


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize("name", list(LAYERS))
def test_first_layers(generation, name, tmp_path):
    layers = LAYERS[name](keras_models.library(generation).layers)
    method = _check(keras_models.classifier(generation, layers), "tf", tmp_path)
    assert method == ("weights" if name in FOLDED else "convolution")


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize("mode", ["caffe", "torch", "none"])
def test_modes_with_several_means_and_bgr(generation, mode, tmp_path):
    method = _check(keras_models.classifier(generation), mode, tmp_path)
    assert method == ("identity" if mode == "none" else "weights")


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize("mode", ["caffe", "torch"])
def test_convolution_in_front_in_every_mode(generation, mode, tmp_path):
    layers = LAYERS["same"](keras_models.library(generation).layers)
    assert _check(keras_models.classifier(generation, layers), mode, tmp_path) == "convolution"


def test_scaling_without_a_mean_folds_even_into_a_padded_convolution(tmp_path):
    layers = LAYERS["same"](keras_models.library("2").layers)
    keras_models.classifier("2", layers).save(tmp_path / "m.keras")
    pre = normalization.Normalization("BGR", (0.0,) * 3, (255.0,) * 3)
    with load.load(tmp_path / "m.keras") as loaded:
        expected = np.asarray(loaded.call(preprocess.normalize(PIXELS, pre)))
        call, method = fold_preprocessing.fuse(loaded, pre)
        actual = np.asarray(call(PIXELS.astype(np.float32)))
    assert method == "weights"
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("generation", ["2", "3"])
def test_nested_and_sequential_models(generation, tmp_path):
    keras = keras_models.library(generation)
    size = keras_models.SIZE
    backbone = keras_models.classifier(generation)
    image = keras.Input((size, size, 3))
    head = keras.layers.Dense(7, activation="softmax", name="head")(backbone(image))
    transfer = keras.Model(image, head)
    assert _check(transfer, "tf", tmp_path) == "weights"
    sequential = keras.Sequential(
        [keras.Input((size, size, 3)), backbone, keras.layers.Dense(7, activation="softmax")]
    )
    assert _check(sequential, "caffe", tmp_path) == "weights"


@pytest.mark.parametrize("generation", ["2", "3"])
def test_a_model_that_uses_its_input_twice_is_not_folded(generation, tmp_path):
    keras = keras_models.library(generation)
    layers = keras.layers
    image = keras.Input((keras_models.SIZE, keras_models.SIZE, 3))
    joined = layers.Concatenate()([layers.Conv2D(4, 3)(image), layers.Conv2D(4, 3)(image)])
    pooled = layers.GlobalAveragePooling2D()(joined)
    model = keras.Model(image, layers.Dense(5, activation="softmax")(pooled))
    keras_models.randomize(model)
    assert _check(model, "tf", tmp_path) == "convolution"


@pytest.mark.parametrize("generation", ["2", "3"])
def test_a_shared_first_convolution_is_not_folded(generation, tmp_path):
    keras = keras_models.library(generation)
    layers = keras.layers
    shared = layers.Conv2D(3, 3, name="shared")
    image = keras.Input((keras_models.SIZE, keras_models.SIZE, 3))
    pooled = layers.GlobalAveragePooling2D()(shared(shared(image)))
    model = keras.Model(image, layers.Dense(5, activation="softmax")(pooled))
    keras_models.randomize(model)
    assert _check(model, "tf", tmp_path) == "convolution"


def test_saved_models_get_the_convolution(tmp_path):
    model = keras_models.classifier("2")
    model.save(tmp_path / "saved", save_format="tf")
    pre = NAMED["tf"]
    with load.load(tmp_path / "saved") as loaded:
        call, method = fold_preprocessing.fuse(loaded, pre)
        expected = np.asarray(model(preprocess.normalize(PIXELS, pre)))
        np.testing.assert_allclose(
            np.asarray(call(PIXELS.astype(np.float32))), expected, rtol=0, atol=1e-5
        )
    assert method == "convolution"


@pytest.mark.parametrize("generation", ["2", "3"])
def test_the_usual_rescaling_of_a_raw_pixel_model_folds_into_a_padded_convolution(
    generation, tmp_path
):
    layers = keras_models.library(generation).layers
    first = [layers.Rescaling(1 / 255), layers.Conv2D(8, 3, padding="same")]
    assert _check(keras_models.classifier(generation, first), "none", tmp_path) == "weights"


def test_tie_break_only_where_pixels_meet_ties():
    step = 2 / 255
    assert fold_preprocessing._tie_break(NAMED["tf"]) == pytest.approx(step / 4)
    # No offset, no tie; other means and deviations put few pixels on one.
    assert (
        fold_preprocessing._tie_break(normalization.Normalization("RGB", (0.0,) * 3, (255.0,) * 3))
        == 0
    )
    assert (
        fold_preprocessing._tie_break(NAMED["caffe"])
        == fold_preprocessing._tie_break(NAMED["torch"])
        == 0
    )
