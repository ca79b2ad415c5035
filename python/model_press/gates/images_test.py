"""check-images on the digits net and its held-out images: green as they are, red for each fault by name."""

import numpy as np
import pytest
from testing.raises import user_error

from model_press.formats import manifest
from model_press.gates import images as image_gate
from model_press.images import npy

MODEL = "models/digits/digits_int8.tflite"
MANIFEST = manifest.read(MODEL.replace(".tflite", ".manifest.json"))
HELD_OUT = "models/digits/held_out.images.npy"
CALIBRATION = "models/digits/calibration.images.npy"


@pytest.fixture(scope="module")
def held_out() -> tuple[np.ndarray, np.ndarray]:
    classes = HELD_OUT.replace(".images.", ".classes.")
    return np.array(npy.read_npy(HELD_OUT, "i")[:300]), np.array(npy.read_npy(classes, "c")[:300])


def _check(tmp_path, images, classes, seen=()):
    npy.write_npy(tmp_path / "i.npy", images)
    npy.write_npy(tmp_path / "c.npy", classes)
    return image_gate.check(MODEL, MANIFEST, tmp_path / "i.npy", tmp_path / "c.npy", seen)


def test_held_out_images_are_green(tmp_path, held_out):
    result = _check(tmp_path, *held_out, [("calibration", CALIBRATION)])
    assert result.green and result.facts["colour order"] == "asked"
    assert "measured 0, at most 0" in result.lines()[0]


# shows: gate images_test: BGR; fault BGR
def test_bgr_is_called_by_name(tmp_path, held_out):
    images, classes = held_out
    with user_error("look like BGR", "accuracy is"):
        _check(tmp_path, images[..., ::-1], classes)


def test_unlabelled_images_that_are_as_clear_either_way_raise_nothing(tmp_path, held_out):
    # A red digit with its channels exchanged is a perfect blue one: without labels nobody can tell.
    images, classes = held_out
    assert _check(tmp_path, images, np.full_like(classes, -1)).green


def test_overlap_with_calibration_is_called_by_name(tmp_path, held_out):
    images, classes = held_out
    images = images.copy()
    images[10] = npy.read_npy(CALIBRATION, "c")[3]
    with user_error("1 of 300 images (the first is image 10) are also in calibration"):
        _check(tmp_path, images, classes, [("calibration", CALIBRATION)])


# shows: gate images_test: copies, one class
def test_one_class_and_copies_are_called_by_name_together(tmp_path, held_out):
    images, classes = held_out
    with user_error("all the same image", "are of class"):
        _check(tmp_path, np.repeat(images[:1], 40, axis=0), np.repeat(classes[:1], 40))


# shows: gate images_test: noise
def test_noise_is_called_by_name(tmp_path, held_out):
    images, classes = held_out
    noise = np.random.default_rng(0).integers(0, 256, images.shape, dtype=np.uint8)
    with user_error("random noise"):
        _check(tmp_path, noise, classes)
