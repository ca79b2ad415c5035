"""Bad evaluation and calibration images are called by name; photographs and digits are not."""

import numpy as np
import pytest

from model_press.images import npy, quality

RNG = np.random.default_rng(0)
UNLABELLED = np.full(32, -1, np.int32)
# The repository's own image sets.
SETS = ["digits/calibration", "digits/held_out", "xception/calibration", "xception/golden"]


def _pictures(count: int = 32, size: int = 24) -> np.ndarray:
    """uint8 [count, size, size, 3] smooth patterns, all different, from black to white."""
    y, x = np.mgrid[0:size, 0:size] / size
    phase = RNG.uniform(0, 6, (count, 1, 1, 3))
    waves = np.sin(5 * x[None, ..., None] + 3 * y[None, ..., None] + phase)
    return np.uint8(np.rint(127.5 + 127.5 * waves))


@pytest.mark.parametrize("name", SETS)
def test_the_repositorys_photographs_and_digits_raise_nothing(name):
    images = npy.read_npy(f"models/{name}.images.npy", "images")
    classes = npy.read_npy(f"models/{name}.classes.npy", "classes")
    assert quality.warnings(images, classes, None) == []


def test_ordinary_pictures_raise_nothing():
    assert quality.warnings(_pictures(), np.arange(32, dtype=np.int32) % 5, 5) == []


def test_identical_images():
    same = np.repeat(_pictures(1), 12, axis=0)
    assert "the 12 images are all the same image" in quality.copies(same)
    some = _pictures()
    some[5:10] = some[3]
    assert "5 of 32 images are copies of others (image 5 is image 3)" in quality.copies(some)
    some = _pictures()
    some[9] = some[3]  # one pair of 32 is not a fault
    assert quality.copies(some) is None


@pytest.mark.parametrize(
    "noise",
    [
        RNG.integers(0, 256, (32, 24, 24, 3)),
        np.clip(RNG.normal(128, 60, (32, 24, 24, 3)), 0, 255),
        255 * RNG.uniform(0, 1, (32, 24, 24, 1)).repeat(3, axis=3),
    ],
)
def test_random_noise(noise):
    (line,) = quality.warnings(noise.astype(np.uint8), UNLABELLED, None)
    assert "look like random noise" in line


def test_a_grainy_picture_is_no_noise():
    grain = RNG.normal(0, 25, (32, 24, 24, 3))
    assert quality.noise(np.uint8(np.clip(_pictures() + grain, 0, 255))) is None


def test_scaled_pixels():
    scaled = np.rint(_pictures() / 255).astype(np.uint8)
    assert "the pixels lie between 0 and 1" in quality.scaled(scaled)


def test_one_class_only():
    classes = np.full(32, 3, np.int32)
    classes[:4] = -1
    said = quality.one_class(classes, 20)
    assert "all 28 labelled images are of class 3" in said
    assert quality.one_class(UNLABELLED, 20) is None
    classes[9] = 4
    assert quality.one_class(classes, 20) is None


def test_overlap():
    images = _pictures()
    said = quality.overlap(images, images[[7, 4]].copy(), "calibration")
    assert "2 of 32 images (the first is image 4) are also in calibration" in said
    assert quality.overlap(images, 255 - images, "calibration") is None


def _answers(right: float, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    classes = np.arange(count, dtype=np.int32) % 10
    scores = np.full((count, 10), 0.02)
    given = classes.copy()
    given[int(right * count) :] += 1
    scores[np.arange(count), given % 10] = 0.82
    return scores, classes


def test_channel_order():
    good, classes = _answers(0.85)
    bad, _ = _answers(0.1)
    assert quality.channel_order(good, bad, classes) is None
    said = quality.channel_order(bad, good, classes)
    assert "look like BGR: accuracy is 10.0% as given and 85.0% with red and blue exchanged" in said
    # A model that does not care for colour, and a difference within chance.
    assert quality.channel_order(good, good, classes) is None
    nearly, _ = _answers(0.82)
    assert quality.channel_order(nearly, good, classes) is None


def test_channel_order_of_unlabelled_images_by_confidence():
    sure, _ = _answers(1)
    unsure = np.full_like(sure, 0.1) + RNG.uniform(0, 0.3, sure.shape)
    assert "confidence is" in quality.channel_order(unsure, sure, None)
    assert quality.channel_order(sure, unsure, None) is None
