"""A layer that cannot be pruned is left alone and said so; the rest is pruned."""

import numpy as np
from model_press.compress import kernels, magnitude
from model_press.process import tf_quiet
from testing import keras_models
from testing.compress_settings import HALF


def _net():
    """Two convolutions with a TensorFlow function, normalisation and a layer without a kernel between them."""
    tf, k = tf_quiet.tensorflow(), tf_quiet.tf_keras()
    image = k.Input((24, 24, 3), name="image")
    x = k.layers.Conv2D(8, 3, name="first")(image)
    x = tf.math.multiply(x, 0.5)
    x = k.layers.BatchNormalization(name="bn")(x)
    x = k.layers.PReLU(shared_axes=[1, 2], name="prelu")(x)
    x = k.layers.Conv2D(8, 3, name="second")(x)
    model = k.Model(image, k.layers.Dense(4, name="scores")(k.layers.GlobalAveragePooling2D()(x)))
    keras_models.randomize(model)
    return model


# shows: pain D9
def test_the_rest_is_pruned_and_the_function_stays():
    model = _net()
    images = np.random.default_rng(0).normal(size=(2, 24, 24, 3)).astype(np.float32)
    before = np.asarray(model(images, training=False))
    pruner = magnitude.Pruner(model, HALF)
    pruner.finish()
    rows = {f"{row.layer}/{row.weight}": row for row in kernels.coverage(model, ())}
    for layer in ("first", "second", "scores"):
        row = rows[f"{layer}/kernel"]
        assert row.untouched is None
        assert abs(row.sparsity - 0.5) <= 1 / row.elements
    # Each that stays dense says why.
    stays = [row for row in rows.values() if row.layer in ("bn", "prelu")]
    assert stays and all(row.untouched for row in stays)
    # Half of the function's effect would be another net: multiplying by 0.5 twice, say.
    weights = model.get_weights()
    other = _net()
    other.set_weights(weights)
    after = np.asarray(model(images, training=False))
    assert np.array_equal(after, np.asarray(other(images, training=False)))
    assert not np.array_equal(after, before)
