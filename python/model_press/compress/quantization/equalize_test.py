"""Equalization changes no output, and gives back what a badly scaled layer costs in int8; biases are corrected."""

import numpy as np
import pytest
from testing import compress_nets, compress_settings, keras_models
from testing.raises import user_error

from model_press.compress.quantization import bias_correction, equalize
from model_press.convert import convert
from model_press.formats import normalization
from model_press.images import preprocess
from model_press.keras_io import graph
from model_press.tflite.interpreter import Interpreter

TF = normalization.NAMED["tf"]
SIZE = keras_models.SIZE
# One channel is that much larger than the others, which fall below one of its 255 steps.
FAR = 3000.0


def trained_like(keras, plant):
    """A net that recognises photographs' colours; `plant` may rescale its layers before the head is fitted."""
    model = keras_models.classifier(keras)
    plant(model)
    photos, classes = keras_models.photos(300, 1)
    keras_models.fit_head(model, preprocess.normalize(photos, TF), classes)
    return model


def scaled(weight, factor):
    """A weight whose first input channel (or only axis) is multiplied."""
    factors = np.where(np.arange(weight.shape[min(2, weight.ndim - 1)]) == 0, factor, 1)
    factors = factors.astype(np.float32)
    return weight * (factors[:, None] if weight.ndim > 1 else factors)


def badly_scaled_depthwise(model):
    """The same function: one depthwise channel far from the others, and the pointwise kernel makes up for it."""
    layer = model.get_layer("sep2")
    depthwise, pointwise = layer.get_weights()
    layer.set_weights([scaled(depthwise, FAR), scaled(pointwise, 1 / FAR)])


def badly_scaled_norm(model):
    """A channel far from the others behind a batch normalisation and a ReLU; the depthwise kernel makes up for it."""
    norm, layer = model.get_layer("bn1"), model.get_layer("sep2")
    gamma, beta, *statistics = norm.get_weights()
    norm.set_weights([scaled(gamma, FAR), scaled(beta, FAR), *statistics])
    depthwise, pointwise = layer.get_weights()
    layer.set_weights([scaled(depthwise, 1 / FAR), pointwise])


def int8_of(model, folder):
    model.save(folder / "net.keras")
    calibration, _ = keras_models.photos(100, 2)
    int8 = compress_settings.recipe("int8")
    return convert.convert_model(folder / "net.keras", TF, int8, calibration)


def accuracy(model, folder):
    """Share of photographs that the model's int8 variant recognises."""
    test, classes = keras_models.photos(200, 5)
    runner = Interpreter(int8_of(model, folder).data)
    found = [runner.run(image[None]).argmax() for image in test]
    return (np.array(found) == classes).mean()


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("plant", [badly_scaled_depthwise, badly_scaled_norm])
def test_a_badly_scaled_layer_is_mended(plant, keras, tmp_path):
    whole = accuracy(trained_like(keras, lambda model: None), tmp_path)
    model = trained_like(keras, plant)
    broken = accuracy(model, tmp_path)
    assert broken < whole - 0.2
    equalize.equalize(model)
    assert accuracy(model, tmp_path) > whole - 0.03


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("style", sorted(compress_nets.STYLES))
def test_outputs_stay_the_same(style, keras):
    model = graph.clone(compress_nets.build(style, keras))
    images = compress_nets.images(8)
    before, weights = compress_nets.run(model, images), model.get_weights()
    pairs = equalize.equalize(model)
    moved = sum(
        not np.allclose(one, other, rtol=1e-3)
        for one, other in zip(weights, model.get_weights(), strict=True)
    )
    assert moved >= 2 and pairs
    np.testing.assert_allclose(compress_nets.run(model, images), before, atol=1e-5)


def test_kernels_on_both_sides_end_alike():
    model = compress_nets.build("xception", "2")
    for pair in equalize.equalize(model):
        before, behind = equalize._reach(pair), equalize._reach_behind(pair)
        np.testing.assert_allclose(before, behind, rtol=0.02)


def test_pairs_end_at_streams_and_at_clipping():
    def names(style):
        found = equalize.find_pairs(graph.trace(compress_nets.build(style, "2")))
        return {(p.first.name, p.first_index, p.second.name, p.second_index) for p in found}

    assert names("xception") == {
        ("sep1", 0, "sep1", 1),
        ("sep1", 1, "sep2", 0),
        ("sep2", 0, "sep2", 1),
        ("sep3", 0, "sep3", 1),
    }
    # ReLU6 clips at 6, at any scale.
    assert names("mobilenet_v2") == {
        ("a_reduce", 0, "a_excite", 0),
        ("b_reduce", 0, "b_excite", 0),
    }


def test_zero_channels_are_left_alone():
    model = compress_nets.build("xception", "2")
    layer = model.get_layer("sep1")
    depthwise, pointwise = layer.get_weights()
    depthwise[:, :, 0], pointwise[:, :, 1] = 0, 0
    layer.set_weights([depthwise, pointwise])
    images = compress_nets.images(8)
    before = compress_nets.run(model, images)
    equalize.equalize(model)
    np.testing.assert_allclose(compress_nets.run(model, images), before, atol=1e-5)


def test_nothing_to_equalise_is_an_error():
    conv = compress_nets.library("2").layers.Conv2D(4, 3, activation="sigmoid", name="conv")
    with user_error("no two convolutions", "drop `equalization`"):
        equalize.equalize(keras_models.chain("2", conv, shape=(8, 8, 3)))


def output_means(model, folder):
    """Mean of each output of the model's int8 variant."""
    photos, _ = keras_models.photos(100, 2)
    converted = int8_of(model, folder)
    runner, scale = Interpreter(converted.data), converted.file.outputs[0].scales[0]
    zero = converted.file.outputs[0].zero_points[0]
    codes = np.concatenate([runner.run(image[None]) for image in photos]).astype(np.float64)
    return (codes - zero).mean(0) * scale


@pytest.mark.parametrize("keras", ["2", "3"])
def test_shifts_are_taken_out(keras, tmp_path):
    """One far weight makes the steps of a dense kernel coarse; all others round off the same way."""
    layers = keras_models.library(keras).layers
    first = [layers.Conv2D(16, 3, strides=2, use_bias=False, name="conv")]
    first += [layers.BatchNormalization(name="bn"), layers.ReLU(name="relu")]
    model = keras_models.chain(keras, *first, shape=(SIZE, SIZE, 3), activation=None)
    kernel, bias = model.get_layer("scores").get_weights()
    kernel = np.abs(kernel) / np.abs(kernel).max() * 0.4
    kernel[0, 0] = 127
    model.get_layer("scores").set_weights([kernel, bias])
    photos, _ = keras_models.photos(100, 2)
    exact = compress_nets.run(model, preprocess.normalize(photos, TF)).mean(0)
    before = np.abs(output_means(model, tmp_path) - exact)[1:].mean()
    shifts = bias_correction.correct(model, preprocess.normalize(photos, TF))
    after = np.abs(output_means(model, tmp_path) - exact)[1:].mean()
    assert shifts["scores"] > 0.1 and set(shifts) == {"conv", "scores"}
    assert after < 0.5 * before


def test_correcting_again_finds_nothing_new_to_add():
    """The correction is relative to the network's own float outputs: each run measures the same kernels' shift."""
    model = compress_nets.build("xception", "2")
    images = compress_nets.images(16)
    first = bias_correction.correct(model, images)
    assert first and max(first.values()) < 0.5
    assert set(first) == {"entry", "shortcut", "sep1", "sep2", "sep3", "scores"}
