"""Graphs are read and replayed whole: nested models, shared layers, functions, either Keras."""

import os
import time

import numpy as np
import pytest
from testing import compress_nets
from testing.raises import user_error

from model_press.keras_io import graph, keras_file

INPUTS = compress_nets.images(4)


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("style", compress_nets.STYLES)
def test_a_clone_answers_alike_and_has_weights_of_its_own(style, keras):
    model = compress_nets.build(style, keras)
    copy = graph.clone(model)
    before = compress_nets.run(model, INPUTS)
    assert np.array_equal(compress_nets.run(copy, INPUTS), before)
    copy.set_weights([np.zeros_like(weight) for weight in copy.get_weights()])
    assert np.array_equal(compress_nets.run(model, INPUTS), before)


@pytest.mark.parametrize("keras", ["2", "3"])
def test_nested_models_are_laid_open_under_names_of_their_own(keras):
    names = [layer.name for layer in graph.clone(compress_nets.build("nested", keras)).layers]
    assert sorted(names) == sorted(
        ["image", "conv", "conv_1", "bn", "conv2", "act", "pool", "scores"]
    )


@pytest.mark.parametrize("keras", ["2", "3"])
def test_sequential_models_have_a_graph(keras):
    library = compress_nets.library(keras)
    model = library.Sequential(
        [
            library.Input((32, 32, 3)),
            library.layers.Conv2D(4, 3, name="conv"),
            library.layers.GlobalAveragePooling2D(name="pool"),
        ]
    )
    copy = graph.clone(model)
    assert np.array_equal(compress_nets.run(copy, INPUTS), compress_nets.run(model, INPUTS))


def test_functions_keep_their_numbers():
    keras, tf = compress_nets.library("2"), compress_nets.tf_quiet.tensorflow()
    image = keras.Input((32, 32, 3), name="image")
    x = tf.nn.relu6(image * 2.0 + 3.0) / 6.0
    model = keras.Model(image, keras.layers.GlobalAveragePooling2D()(x))
    copy = graph.clone(model)
    assert np.array_equal(compress_nets.run(copy, INPUTS), compress_nets.run(model, INPUTS))


# shows: pain D2
def test_a_tensor_is_no_model():
    """D2: pruning a layer's output instead of the model."""
    keras = compress_nets.library("2")
    with user_error("KerasTensor", "whole Keras model"):
        graph.trace(keras.layers.Dense(2)(keras.Input((3,))))


def test_several_inputs_are_refused():
    keras = compress_nets.library("2")
    images = [keras.Input((8,)), keras.Input((8,))]
    with user_error("2 inputs and 1 outputs"):
        graph.trace(keras.Model(images, keras.layers.Add()(images)))


@pytest.mark.parametrize("keras", ["2", "3"])
def test_a_saved_model_has_the_same_bytes_each_time_and_loads(keras, tmp_path):
    model = compress_nets.build("xception", keras)
    keras_file.save(graph.clone(model), tmp_path / "a.keras")
    time.sleep(2)  # a zip entry's time has steps of two seconds
    keras_file.save(graph.clone(model), tmp_path / "b.keras")
    assert sorted(os.listdir(tmp_path)) == ["a.keras", "b.keras"]
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()
    loaded = compress_nets.library(keras).models.load_model(tmp_path / "a.keras")
    assert np.array_equal(compress_nets.run(loaded, INPUTS), compress_nets.run(model, INPUTS))
