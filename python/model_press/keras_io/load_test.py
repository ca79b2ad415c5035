"""load: every container of both Keras generations, and models that are not image classifiers."""

import resource

import h5py
import numpy as np
import pytest
from testing import imported, keras_models
from testing.raises import user_error

from model_press.keras_io import import_model, load
from model_press.process import tf_quiet

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
    keras_models.export(model, folder / "saved")
    return folder, np.asarray(model(INPUT)), model.count_params()


# shows: pain D13
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


def test_import_copies_bytes_and_describes(saved, generation, tmp_path):
    model, info = imported.describe(saved[0] / "m.keras", tmp_path)
    assert model.read_bytes() == (saved[0] / "m.keras").read_bytes()
    described = (generation, keras_models.SIZE, keras_models.CLASSES)
    assert (info.keras, info.height, info.classes) == described
    labels = tmp_path / "net.labels.txt"
    assert labels.read_text().splitlines()[:2] == ["class_0000", "class_0001"]


def test_imported_saved_model_is_the_same_zip_each_time_and_loads(saved, tmp_path):
    model, _ = imported.describe(saved[0] / "saved", tmp_path)
    first = model.read_bytes()
    imported.describe(saved[0] / "saved", tmp_path)
    assert model.read_bytes() == first
    with load.load(model) as loaded:
        np.testing.assert_allclose(np.asarray(loaded.call(INPUT)), saved[1], atol=1e-6)


# shows: fault 1001 labels
def test_1001_labels_for_10_outputs_are_refused(saved, tmp_path):
    labels = tmp_path / "l.txt"
    labels.write_text("".join(f"name {i}\n" for i in range(1001)))
    outputs = [tmp_path / f"o.{end}" for end in ("model", "json", "labels.txt")]
    model = saved[0] / "m.keras"
    with user_error("l.txt", "1001 names", "10 outputs"):
        import_model.import_model(model, labels, imported.TF, "crop", True, "tiny", *outputs)
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


# shows: pain D22
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


def _exported(path, function):
    tf = tf_quiet.tensorflow()
    module = tf.Module()
    spec = tf.TensorSpec((None, 8, 8, 3), tf.float32, name="image")
    module.serve = tf.function(function, input_signature=[spec])
    tf.saved_model.save(module, str(path), signatures=module.serve)
    return path


def test_a_saved_model_that_writes_a_file_is_refused(tmp_path):
    tf = tf_quiet.tensorflow()
    evil = tmp_path / "evil"

    def serve(image):
        write = lambda: tf.io.write_file(str(evil), "x")  # noqa: E731
        # Inside of a function that only a branch calls.
        done = tf.cond(tf.size(image) > 0, lambda: [write(), 1][1], lambda: 0)
        return {"scores": tf.reduce_mean(image, (1, 2)) + tf.cast(done, tf.float32)}

    path = _exported(tmp_path / "saved", serve)
    evil.unlink(missing_ok=True)
    with user_error("operator WriteFile", "export it without"), load.load(path):
        pass
    assert not evil.exists()


def test_a_saved_model_that_saves_its_variables_is_none_of_those(tmp_path):
    tf = tf_quiet.tensorflow()
    path = _exported(tmp_path / "saved", lambda image: {"scores": tf.reduce_mean(image, (1, 2))})
    # Its saver is there, and nothing calls it.
    assert b"SaveV2" in (path / "saved_model.pb").read_bytes()
    with load.load(path) as loaded:
        assert loaded.classes == 3


def test_a_saved_model_that_is_damaged_is_one_line(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"\xff" * 100)
    with user_error("cannot be loaded as a SavedModel", "is damaged"), load.load(tmp_path):
        pass


def test_a_hidden_lambda_is_not_run(tmp_path):
    """ResidualWrapper holds a function's code, which Keras 2 would execute when it loads this .h5."""
    k = tf_quiet.tf_keras()
    from tf_keras.src.layers.rnn import cell_wrappers

    evil = tmp_path / "evil"
    where = str(evil)  # what the file can hold besides the code
    cell = cell_wrappers.ResidualWrapper(
        k.layers.SimpleRNNCell(24),
        residual_fn=lambda i, o: (open(where, "w"), i + o)[1],  # noqa: SIM115
    )
    image = k.Input((8, 8, 3))
    x = k.layers.RNN(cell)(k.layers.Reshape((8, 24))(image))
    k.Model(image, k.layers.Dense(3, activation="softmax")(x)).save(tmp_path / "m.h5")
    evil.unlink()
    with user_error("m.h5", "has a lambda (residual_fn_type)"), load.load(tmp_path / "m.h5"):
        pass
    assert not evil.exists()


def test_a_layer_larger_than_the_file_is_refused_before_it_takes_all_memory(generation, tmp_path):
    """A config of 12 GB of weights, in a file of 2 kB."""
    keras = keras_models.library(generation)
    image = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(image)
    keras.Model(image, keras.layers.Dense(7, name="wide")(x)).save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        config = file.attrs["model_config"]
        file.attrs["model_config"] = config.replace('"units": 7', '"units": 1000000000')
    with user_error("m.h5", "OOM when allocating"), load.load(tmp_path / "m.h5"):
        pass
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY
