"""Tests of the data-initialised weights, on a small member of the family."""

import numpy as np
import pytest
import tf_keras
from model_press.formats.errors import UserError

from models.family import xception_family
from models.photographs import crops, photos
from models.xception.weights import seed_xception

SPEC = xception_family.XceptionSpec(size=71, classes=40, width=0.05, middle_blocks=2)
CROPS = 24


def _predict(model: tf_keras.Model, images: np.ndarray) -> np.ndarray:
    return model.predict(images / np.float32(127.5) - np.float32(1), verbose=0)


@pytest.fixture(name="images", scope="module")
def _images():
    return crops.make(photos.TRAIN, CROPS, SPEC.size, seed=1)


@pytest.fixture(name="model", scope="module")
def _model(images):
    return seed_xception.build(SPEC, images)


def test_the_same_images_give_the_same_weights(images, model):
    again = seed_xception.build(SPEC, images)
    for ours, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_another_order_of_summation_gives_the_same_weights(images, model):
    # The statistics' crops in another order, six at a time because their channels are
    # exchanged in turns of six: every sum is rounded otherwise, as another processor would.
    turn = len(crops.CHANNEL_ORDERS)
    order = np.arange(CROPS)
    order[: 2 * turn] = np.r_[order[turn : 2 * turn], order[:turn]]
    other = seed_xception.build(SPEC, images[order])
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    for ours, theirs in list(pairs)[:-2]:  # the head depends on which crop is which
        np.testing.assert_array_equal(ours, theirs)


def test_normalisations_hold_the_statistics_of_their_inputs(images, model):
    used = crops.exchange_channels(images[: seed_xception.STATISTICS_CROPS])
    pixels = used / np.float32(127.5) - np.float32(1)
    for name in ("block1_conv1_bn", "block4_sepconv2_bn", "block8_sepconv2_bn"):
        layer = model.get_layer(name)
        flow = tf_keras.Model(model.input, layer.input).predict(pixels, verbose=0)
        deviation = flow.std(axis=(0, 1, 2))
        mean = flow.mean(axis=(0, 1, 2))
        # Float32 sums, and statistics of STATISTICS_BITS bits that later layers are fed with.
        tolerance = 8 * 2.0**-seed_xception.STATISTICS_BITS
        np.testing.assert_array_less(
            np.abs(layer.moving_mean.numpy() - mean), tolerance * deviation, err_msg=name
        )
        np.testing.assert_allclose(
            layer.moving_variance.numpy(), deviation**2, rtol=2 * tolerance, err_msg=name
        )


def test_outputs_are_spread_on_photographs_never_seen(model):
    golden = crops.exchange_channels(crops.make(photos.HELD_OUT, 48, SPEC.size, seed=2))
    output = _predict(model, golden)
    assert len(set(output.argmax(axis=1))) >= SPEC.classes // 4
    top = output.max(axis=1).mean()
    assert 2 / SPEC.classes <= top <= 0.9


def test_images_of_another_size_are_refused(images):
    with pytest.raises(UserError, match=r"expected uint8 \[N, 71, 71, 3\]"):
        seed_xception.build(SPEC, images[:, :-1])


def test_kernels_are_he_scaled():
    fan_in = 50
    kernel = seed_xception.he_uniform("k", (200, fan_in), fan_in)
    assert np.abs(kernel).max() <= np.sqrt(6 / fan_in)
    assert kernel.var() * fan_in == pytest.approx(2, abs=0.1)


def test_taps_of_a_filter_share_most_of_their_value():
    shared = seed_xception.smooth_kernel("k", (3, 3, 16, 40))
    across = shared.mean(axis=(0, 1)).std()
    within = (shared - shared.mean(axis=(0, 1))).std()
    assert within / across == pytest.approx(seed_xception.ROUGHNESS, abs=0.05)
    blur = seed_xception.smooth_kernel("k", (3, 3, 16, 1), depthwise=True)
    assert blur.min() > 0


def test_the_head_answers_to_what_differs_between_crops():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(30, 6)) @ rng.normal(size=(6, 64)) + rng.normal(size=64)
    kernel, bias = seed_xception.fit_head(features, classes=200)
    logits = features @ kernel + bias
    assert len(set(logits.argmax(axis=1))) > 15
    # No class is favoured: all vary equally, around about nothing.
    deviation = logits.std(axis=0)
    np.testing.assert_allclose(deviation, deviation.mean(), rtol=1e-2)
    assert np.abs(logits.mean(axis=0)).max() < 0.1 * deviation.mean()


def test_round_mantissa_keeps_the_leading_bits():
    values = np.array([1.0, 1 + 2**-3, 1 + 2**-5, -6.9, 0.0, 2.0**-40 * 1.1])
    rounded = seed_xception.round_mantissa(values, 4)
    np.testing.assert_array_equal(rounded, [1, 1.125, 1, -7, 0, 2.0**-40 * 1.125])


def test_alike_images_are_refused():
    with pytest.raises(UserError, match="the 4 calibration images are all alike"):
        seed_xception.fit_head(np.ones((4, 8)), classes=12)


def test_precision_is_put_back():
    before = tf_keras.backend.floatx()
    with pytest.raises(KeyError), seed_xception._double_precision():
        raise KeyError
    assert tf_keras.backend.floatx() == before
    assert tf_keras.mixed_precision.global_policy().name == "float32"
