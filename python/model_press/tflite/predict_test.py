"""predict and predict-keras: streamed outputs, and what does not fit together."""

import dataclasses

import numpy as np
import pytest
from testing import imported, keras_models
from testing.compress_settings import recipe
from testing.raises import user_error

from model_press.convert import convert
from model_press.formats import files, manifest, model_info
from model_press.images import npy, preprocess
from model_press.keras_io import predict_keras
from model_press.tflite import predict

PIXELS, CLASSES = keras_models.photos(21)  # no multiple of the Keras batch


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with what the build makes of one model: info, labels, int8 variant, images."""
    folder = tmp_path_factory.mktemp("built")
    imported.tiny(folder, "3", PIXELS, CLASSES)
    int8 = recipe("int8")
    converted = convert.convert_model(folder / "tiny.model", imported.TF, int8, PIXELS)
    files.write_bytes(folder / "tiny_int8.tflite", converted.data)
    info = model_info.read(folder / "tiny.json")
    description = convert.describe(converted, info, int8, "tiny_int8", folder / "tiny.labels.txt")
    manifest.write(folder / "tiny_int8.manifest.json", description)
    npy.write_npy(folder / "images.npy", PIXELS)
    return folder


@pytest.fixture
def description(built):
    return manifest.read(built / "tiny_int8.manifest.json")


@pytest.fixture
def predict_int8(built, tmp_path):
    def run(description, out="t.npy", images=built / "images.npy", threads=1):
        model = built / "tiny_int8.tflite"
        predict.predict_tflite(model, description, images, tmp_path / out, threads)
        return tmp_path / out

    return run


def test_both_write_every_image_and_agree(built, description, predict_int8, tmp_path):
    info = model_info.read(built / "tiny.json")
    keras = (built / "tiny.model", info, built / "images.npy", tmp_path / "k.npy")
    predict_keras.predict_keras(*keras)
    raw, expected = np.load(predict_int8(description)), np.load(tmp_path / "k.npy")
    assert (raw.dtype, raw.shape) == (np.uint8, (len(PIXELS), keras_models.CLASSES))
    assert (expected.dtype, expected.shape) == (np.float32, raw.shape)
    scores = preprocess.decode_output(raw, description.output)
    worst = np.abs(scores - expected).max(1)
    assert worst.mean() < description.recipe.tolerance.max_mean_diff
    np.testing.assert_allclose(expected.sum(1), 1, rtol=1e-5)


def test_thread_count_does_not_change_the_outputs(description, predict_int8):
    one, two = (predict_int8(description, f"{n}.npy", threads=n) for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()


def test_images_of_another_size_are_refused(description, predict_int8, tmp_path):
    npy.write_npy(tmp_path / "i.npy", PIXELS[:, 1:])
    with user_error("23x24", "24x24"):
        predict_int8(description, images=tmp_path / "i.npy")
    assert not (tmp_path / "t.npy").exists()


def test_a_manifest_that_lies_about_the_tensors_is_refused(description, predict_int8):
    output = dataclasses.replace(description.output, dtype="int8")
    with user_error("manifest says", "int8"):
        predict_int8(dataclasses.replace(description, output=output))
