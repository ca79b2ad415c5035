"""load: every container of both Keras generations, and models that are no image classifiers."""

import numpy as np
import pytest

from model_press import import_model, load, model_info, preprocess
from model_press.testing import keras_models
from model_press.testing.raises import user_error

INPUT = np.random.default_rng(0).normal(size=(2, keras_models.SIZE, keras_models.SIZE, 3))
INPUT = INPUT.astype(np.float32)


@pytest.fixture(scope="module", params=["2", "3"])
def generation(request):
    return request.param


@pytest.fixture(scope="module")
def saved(generation, tmp_path_factory):
    """(folder with m.keras, m.h5 and a SavedModel, expected output)."""
    folder = tmp_path_factory.mktemp(f"keras{generation}")
    model = keras_models.classifier(generation)
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    if generation == "2":
        model.save(folder / "saved", save_format="tf")
    else:
        model.export(folder / "saved", verbose=False)
    return folder, np.asarray(model(INPUT)), model.count_params()


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "saved"])
def test_loads_by_content_and_computes_the_same(saved, generation, name, tmp_path):
    folder, expected, parameters = saved
    path = folder / name
    if path.is_file():
        path = tmp_path / "m.model"
        path.write_bytes((folder / name).read_bytes())
    with load.load(path) as loaded:
        assert loaded.keras == ("saved_model" if name == "saved" else generation)
        assert loaded.input_shape == (None, keras_models.SIZE, keras_models.SIZE, 3)
        assert (loaded.classes, loaded.parameters) == (keras_models.CLASSES, parameters)
        np.testing.assert_allclose(np.asarray(loaded.call(INPUT)), expected, atol=1e-6)


def _import(source, tmp_path, labels=None):
    outputs = [tmp_path / name for name in ("o.model", "o.json", "o.labels.txt")]
    import_model.import_model(
        source, labels, preprocess.NAMED["tf"], "crop", True, "tiny", *outputs
    )
    return outputs


def test_import_copies_bytes_and_describes(saved, generation, tmp_path):
    model, info, labels = _import(saved[0] / "m.keras", tmp_path)
    assert model.read_bytes() == (saved[0] / "m.keras").read_bytes()
    read = model_info.read(info)
    assert (read.keras, read.height, read.classes) == (
        generation,
        keras_models.SIZE,
        keras_models.CLASSES,
    )
    assert labels.read_text().splitlines()[:2] == ["class_0000", "class_0001"]


def test_imported_saved_model_is_the_same_zip_each_time_and_loads(saved, tmp_path):
    model, _, _ = _import(saved[0] / "saved", tmp_path)
    first = model.read_bytes()
    _import(saved[0] / "saved", tmp_path)
    assert model.read_bytes() == first
    with load.load(model) as loaded:
        np.testing.assert_allclose(np.asarray(loaded.call(INPUT)), saved[1], atol=1e-6)


def test_1001_labels_for_10_outputs_are_refused(saved, tmp_path):
    labels = tmp_path / "l.txt"
    labels.write_text("".join(f"name {i}\n" for i in range(1001)))
    with user_error("l.txt", "1001 names", "10 outputs"):
        _import(saved[0] / "m.keras", tmp_path, labels)
    assert not (tmp_path / "o.model").exists()


def _two_inputs(keras):
    layers = keras.layers
    a, b = keras.Input((8, 8, 3), name="a"), keras.Input((8, 8, 3), name="b")
    pooled = layers.GlobalAveragePooling2D()(layers.Add()([a, b]))
    return keras.Model([a, b], layers.Dense(4)(pooled))


def _pooled(keras, shape, data_format="channels_last", units=4, batch_size=None):
    image = keras.Input(shape, batch_size=batch_size, name="photo")
    pooled = keras.layers.GlobalAveragePooling2D(data_format=data_format)(image)
    return keras.Model(image, keras.layers.Dense(units)(pooled))


BAD = {
    "several inputs": (_two_inputs, ["2 inputs and 1 outputs"]),
    "dynamic": (lambda k: _pooled(k, (None, None, 3)), ["[?, ?, ?, 3]", "fixed input_shape"]),
    "batch of 8": (
        lambda k: _pooled(k, (8, 8, 3), batch_size=8),
        ["fixed batch size 8", "free batch size"],
    ),
    "grey": (lambda k: _pooled(k, (8, 8, 1)), ["'photo'", "expected 3 channels"]),
    "channels first": (
        lambda k: _pooled(k, (3, 8, 8), "channels_first"),
        ["channels-first", "channels-last"],
    ),
    "one class": (lambda k: _pooled(k, (8, 8, 3), units=1), ["[?, 1]", "at least 2 classes"]),
    "vector input": (
        lambda k: k.Sequential([k.Input((5,)), k.layers.Dense(3)]),
        ["[?, 5]", "images [N, H, W, 3]"],
    ),
    "map output": (
        lambda k: k.Sequential([k.Input((8, 8, 3)), k.layers.Conv2D(4, 3)]),
        ["[?, 6, 6, 4]", "class scores"],
    ),
}


@pytest.mark.parametrize("name", list(BAD))
def test_models_that_are_no_image_classifiers_are_refused(generation, name, tmp_path):
    make, said = BAD[name]
    make(keras_models.library(generation)).save(tmp_path / "m.keras")
    with user_error("m.keras", *said), load.load(tmp_path / "m.keras"):
        pass


def test_a_custom_layer_is_named(generation, tmp_path):
    keras = keras_models.library(generation)

    class Odd(keras.layers.Layer):
        def call(self, x):
            return x

    keras_models.classifier(generation, [Odd(name="odd")]).save(tmp_path / "m.keras")
    with user_error("m.keras", "Odd", "SavedModel"), load.load(tmp_path / "m.keras"):
        pass
