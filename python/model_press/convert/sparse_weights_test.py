"""Sparse weights: smaller at 80 %, refused with the reason where they make the file bigger or unloadable."""

import dataclasses

import numpy as np
import pytest
from testing import keras_models
from testing.compress_settings import HALF, recipe
from testing.raises import user_error

from model_press.compress.magnitude import Pruner
from model_press.convert import convert, sparse_weights
from model_press.formats import normalization
from model_press.tflite.interpreter import Interpreter

TF = normalization.NAMED["tf"]
SIZE = 16


def pruned(folder, sparsity):
    """A net of mostly 1x1 convolutions with a share of zeros, saved."""
    layers = keras_models.library("2").layers
    first = [layers.Conv2D(128, 3, strides=4, activation="relu", name="entry")]
    first += [layers.Conv2D(128, 1, activation="relu", name=name) for name in ("a", "b")]
    model = keras_models.chain("2", *first, shape=(SIZE, SIZE, 3))
    if sparsity:
        settings = dataclasses.replace(HALF, sparsity=sparsity, keep_layers=("entry",))
        Pruner(model, settings).finish()
    model.save(folder / "net.keras")
    return folder / "net.keras"


@pytest.fixture
def sparse():
    return recipe("fp32", weights="sparse_float32")


def test_at_80_percent_the_file_shrinks_and_answers_the_same(sparse, tmp_path):
    path = pruned(tmp_path, 0.8)
    dense = convert.convert_model(path, TF, recipe("fp32"), None)
    encoded = convert.convert_model(path, TF, sparse, None)
    assert len(encoded.data) < 0.6 * len(dense.data)
    images = keras_models.photos(5, 0, SIZE)[0]
    for image in images:
        np.testing.assert_allclose(
            Interpreter(encoded.data).run(image[None]),
            Interpreter(dense.data).run(image[None]),
            atol=1e-5,
        )
    assert convert.convert_model(path, TF, sparse, None).data == encoded.data


@pytest.mark.parametrize("sparsity", [0, 0.3])
def test_where_nothing_is_won_it_is_refused(sparsity, sparse, tmp_path):
    path = pruned(tmp_path, sparsity)
    share = sparse_weights.zeros(convert.convert_model(path, TF, recipe("fp32"), None).data)
    assert share == pytest.approx(sparsity * 0.9, abs=0.1)
    with user_error("not worth it", f"{share:.0%} of the weights", "pruned80", "weights float32"):
        convert.convert_model(path, TF, sparse, None)


def test_int8_at_half_zeros_would_grow(tmp_path):
    images = keras_models.photos(20, 0, SIZE)[0]
    int8 = convert.convert_model(pruned(tmp_path, 0.5), TF, recipe("int8"), images)
    with user_error("not worth it", "weights float32"):
        sparse_weights.encode(int8.data)


def test_what_the_delegate_cannot_load_is_refused(tmp_path):
    """The reason why recipes have no sparse int8: a release that loads it turns this test red."""
    images = keras_models.photos(20, 0, SIZE)[0]
    int8 = convert.convert_model(pruned(tmp_path, 0.9), TF, recipe("int8"), images)
    with user_error("default delegate", "use weights float32"):
        sparse_weights.encode(int8.data)
