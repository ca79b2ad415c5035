"""Tests that the family's full member is Keras' Xception."""

import dataclasses

import numpy as np
import pytest
import tf_keras
from model_press.formats.errors import UserError

from models.family import xception_family

# The published parameter count of Xception.
XCEPTION_PARAMETERS = 22_910_480
# Small enough for a quick test; the weights do not depend on the input's size.
SIZE = 75
SMALL = xception_family.XceptionSpec(size=32, classes=3, width=0.03, middle_blocks=1)


def _kinds(model: tf_keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


@pytest.fixture(name="ours", scope="module")
def _ours():
    return xception_family.build(xception_family.XceptionSpec(size=SIZE))


@pytest.fixture(name="theirs", scope="module")
def _theirs():
    tf_keras.utils.set_random_seed(1)
    return tf_keras.applications.Xception(
        weights=None, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3)
    )


def test_has_the_published_parameters(ours):
    assert ours.count_params() == XCEPTION_PARAMETERS


def test_has_keras_layers_in_keras_order(ours):
    with_top = _kinds(tf_keras.applications.Xception(weights=None))
    assert _kinds(ours) == with_top


def test_layers_carry_keras_names_except_the_shortcuts(ours, theirs):
    unnamed = {
        layer.name
        for layer, other in zip(ours.layers[1:-1], theirs.layers[1:], strict=True)
        if layer.name != other.name and not layer.name.endswith("_add")
    }
    shortcuts = {f"block{block}_shortcut" for block in (2, 3, 4, 13)}
    assert unnamed - {"avg_pool"} == shortcuts | {f"{s}_bn" for s in shortcuts}


def test_computes_what_keras_computes_with_the_same_weights(ours, theirs):
    rng = np.random.default_rng(1)
    # Statistics other than 0 and 1, so that a swapped pair of weights would show.
    weights = [
        w + rng.uniform(0, 0.1, w.shape).astype(w.dtype) if w.ndim == 1 else w
        for w in theirs.get_weights()
    ]
    theirs.set_weights(weights)
    head = ours.get_layer("predictions").get_weights()
    ours.set_weights(weights + head)
    features = tf_keras.Model(ours.input, ours.get_layer("avg_pool").output)
    images = rng.uniform(-1, 1, (2, SIZE, SIZE, 3)).astype(np.float32)
    np.testing.assert_array_equal(
        features.predict(images, verbose=0), theirs.predict(images, verbose=0)
    )


# shows: pain 0.7
def test_names_do_not_depend_on_what_was_built_before():
    names = [[layer.name for layer in xception_family.build(SMALL).layers] for _ in range(2)]
    assert names[0] == names[1]
    assert "block6_shortcut" in names[0]


def test_channels_are_multiples_of_eight():
    for layer in xception_family.build(SMALL).layers[1:-1]:
        assert layer.output_shape[-1] % 8 == 0, layer.name


def test_branch_gamma_reaches_the_last_normalisation_of_each_branch():
    spec = dataclasses.replace(SMALL, branch_gamma=0.25)
    model = xception_family.build(spec)
    damped = {
        layer.name
        for layer in model.layers
        if isinstance(layer, tf_keras.layers.BatchNormalization)
        and (layer.gamma.numpy() == spec.branch_gamma).all()
    }
    assert damped == {f"block{b}_sepconv2_bn" for b in (2, 3, 4, 6)} | {"block5_sepconv3_bn"}


def test_an_impossible_member_is_refused():
    with pytest.raises(UserError, match="size is 16 pixels"):
        xception_family.XceptionSpec(size=16)
    with pytest.raises(UserError, match="width above 0"):
        xception_family.XceptionSpec(width=0)
