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
    "usual rescaling, same": lambda L: [
        L.Rescaling(1 / 255),
        L.Conv2D(8, 3, padding="same"),
    ],
    "rescaling, same": lambda L: [L.Rescaling(0.5, 0.1), L.Conv2D(8, 3, padding="same")],
}
FOLDED = {"rescaling", "batch norm", "bias", "bias and activation", "1x1 same", "dilated"}
NO_MEAN = normalization.Normalization("BGR", (0.0,) * 3, (255.0,) * 3)
# (first layers, normalisation, how it is folded)
CASES = [
    (name, "tf", "weights" if name in FOLDED else "convolution")
    for name in LAYERS
    if "usual" not in name
]
# Several means, and BGR.
CASES += [("batch norm", mode, "weights") for mode in ("caffe", "torch")]
CASES += [("same", mode, "convolution") for mode in ("caffe", "torch")]
CASES += [("batch norm", "none", "identity"), ("usual rescaling, same", "none", "weights")]


def _check(path, pre) -> str:
    with load.load(path) as loaded:
        expected = np.asarray(loaded.call(preprocess.normalize(PIXELS, pre)))
        call, method = fold_preprocessing.fuse(loaded, pre)
        actual = np.asarray(call(PIXELS.astype(np.float32)))
    assert np.ptp(expected, axis=0).max() > 0.05  # not a comparison of constants
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)
    return method


def _folded(model, pre, tmp_path) -> str:
    model.save(tmp_path / "m.keras")
    return _check(tmp_path / "m.keras", pre)


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize("name, mode, method", CASES)
def test_first_layers(generation, name, mode, method, tmp_path):
    layers = LAYERS[name](keras_models.library(generation).layers)
    model = keras_models.classifier(generation, layers)
    assert _folded(model, NAMED[mode], tmp_path) == method


def test_scaling_without_a_mean_folds_even_into_a_padded_convolution(tmp_path):
    layers = LAYERS["same"](keras_models.library("2").layers)
    assert _folded(keras_models.classifier("2", layers), NO_MEAN, tmp_path) == "weights"


@pytest.mark.parametrize("generation", ["2", "3"])
def test_nested_and_sequential_models(generation, tmp_path):
    keras = keras_models.library(generation)
    size = keras_models.SIZE
    backbone = keras_models.classifier(generation)
    image = keras.Input((size, size, 3))
    head = keras.layers.Dense(7, activation="softmax", name="head")
    transfer = keras.Model(image, head(backbone(image)))
    keras_models.randomize(transfer)
    assert _folded(transfer, NAMED["tf"], tmp_path) == "weights"
    sequential = keras.Sequential([keras.Input((size, size, 3)), backbone, head])
    assert _folded(sequential, NAMED["caffe"], tmp_path) == "weights"


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize("shared", [False, True])
def test_an_input_or_convolution_that_is_used_twice_is_not_folded(shared, generation, tmp_path):
    layers = keras_models.library(generation).layers
    one, other = layers.Conv2D(3, 3, name="one"), layers.Conv2D(3, 3, name="other")
    first = [one, one] if shared else [lambda x: layers.Concatenate()([one(x), other(x)])]
    model = keras_models.chain(generation, *first, shape=(keras_models.SIZE, keras_models.SIZE, 3))
    assert _folded(model, NAMED["tf"], tmp_path) == "convolution"


def test_saved_models_get_the_convolution(tmp_path):
    keras_models.export(keras_models.classifier("2"), tmp_path / "saved")
    assert _check(tmp_path / "saved", NAMED["tf"]) == "convolution"


def test_tie_break_only_where_pixels_meet_ties():
    step = 2 / 255
    assert fold_preprocessing._tie_break(NAMED["tf"]) == pytest.approx(step / 4)
    # No offset, no tie; other means and deviations put few pixels on one.
    for pre in (NO_MEAN, NAMED["caffe"], NAMED["torch"]):
        assert fold_preprocessing._tie_break(pre) == 0
