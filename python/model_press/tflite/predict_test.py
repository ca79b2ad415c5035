"""predict and predict-keras: streamed outputs, and what does not fit together."""

import dataclasses

import numpy as np
import pytest
from testing import imported, keras_models
from testing.raises import user_error

from model_press.convert import convert
from model_press.formats import files, labels, manifest, model_info, normalization, recipes
from model_press.images import npy, preprocess
from model_press.keras_io import predict_keras
from model_press.tflite import predict

TF = normalization.NAMED["tf"]
PIXELS, CLASSES = keras_models.photos(21)  # no multiple of the Keras batch


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with what the build makes of one model: info, labels, int8 variant, images."""
    folder = tmp_path_factory.mktemp("built")
    imported.tiny(folder, "3", PIXELS, CLASSES)
    recipe = recipes.read("models/recipes/int8.json")
    converted = convert.convert_model(folder / "tiny.model", TF, recipe, PIXELS)
    files.write_bytes(folder / "tiny_int8.tflite", converted.data)
    info = model_info.read(folder / "tiny.json")
    description = convert.describe(converted, info, recipe, "tiny_int8", folder / "tiny.labels.txt")
    manifest.write(folder / "tiny_int8.manifest.json", description)
    npy.write_npy(folder / "images.npy", PIXELS)
    return folder


@pytest.fixture
def description(built):
    return manifest.read(built / "tiny_int8.manifest.json")


def test_both_write_every_image_and_agree(built, description, tmp_path):
    predict.predict_tflite(
        built / "tiny_int8.tflite", description, built / "images.npy", tmp_path / "t.npy"
    )
    predict_keras.predict_keras(
        built / "tiny.model",
        model_info.read(built / "tiny.json"),
        built / "images.npy",
        tmp_path / "k.npy",
    )
    codes, expected = np.load(tmp_path / "t.npy"), np.load(tmp_path / "k.npy")
    assert (codes.dtype, codes.shape) == (np.uint8, (len(PIXELS), keras_models.CLASSES))
    assert (expected.dtype, expected.shape) == (np.float32, codes.shape)
    scores = preprocess.decode_output(codes, description.output)
    worst = np.abs(scores - expected).max(1)
    assert worst.mean() < description.recipe.tolerance.max_mean_diff
    np.testing.assert_allclose(expected.sum(1), 1, rtol=1e-5)


def test_thread_count_does_not_change_the_outputs(built, description, tmp_path):
    for threads in (1, 2):
        out = tmp_path / f"{threads}.npy"
        predict.predict_tflite(
            built / "tiny_int8.tflite", description, built / "images.npy", out, threads
        )
    assert (tmp_path / "1.npy").read_bytes() == (tmp_path / "2.npy").read_bytes()


def test_images_of_another_size_are_refused(built, description, tmp_path):
    npy.write_npy(tmp_path / "i.npy", PIXELS[:, 1:])
    with user_error("23x24", "24x24"):
        predict.predict_tflite(
            built / "tiny_int8.tflite", description, tmp_path / "i.npy", tmp_path / "o.npy"
        )
    assert not (tmp_path / "o.npy").exists()


def test_a_manifest_that_lies_about_the_tensors_is_refused(built, description, tmp_path):
    wrong = dataclasses.replace(
        description, output=dataclasses.replace(description.output, dtype="int8")
    )
    with user_error("manifest says", "int8"):
        predict.predict_tflite(
            built / "tiny_int8.tflite", wrong, built / "images.npy", tmp_path / "o.npy"
        )


def test_labels_file_round_trip(tmp_path):
    path = tmp_path / "l.txt"
    path.write_bytes("\ufeffrot\r\nblau \n\n".encode())
    assert labels.read(path) == ["rot", "blau"]
    path.write_text("a\n\nb\n")
    with user_error("line 2 is blank"):
        labels.read(path)
