"""The representative images that set the ranges of a static int8 or int16 graph."""

from collections.abc import Iterator

import numpy as np

from model_press.formats.errors import UserError
from model_press.images import quality
from model_press.images.image_set import check_images
from model_press.process import progress


def check(images: np.ndarray, height: int, width: int) -> None:
    """Raise UserError unless images can calibrate a model of this input size.

    They must be uint8 [N, height, width, 3] raw RGB pixels, not all the same image, no noise, and span
    most of the range of a pixel.
    """
    check_images(images, "calibration images")
    if images.shape[1:3] != (height, width):
        raise UserError(
            f"calibration images are {images.shape[1]}x{images.shape[2]}, but the model takes "
            f"{height}x{width}; give the image_set this height and width"
        )
    if len(images) < 2 or all(np.array_equal(images[0], image) for image in images[1:]):
        raise UserError(
            f"calibration images are {len(images)} times the same image; give different ones "
            "(about 100 like those the app will see)"
        )
    for wrong in (quality.scaled(images), quality.noise(images)):
        if wrong:
            raise UserError(f"calibration images: {wrong}")


def with_full_range(images: np.ndarray) -> Iterator[np.ndarray]:
    """Yield uint8 [1, H, W, 3] samples; two corner pixels of the first are set to 0 and 255.

    So the calibrated input range is exactly 0..255, which makes the input's scale 1 and its zero
    point 0 (a code is the pixel), for any images; two pixels change no activation range.
    """
    for index, image in enumerate(progress.track(images, "calibrate")):
        sample = np.array(image)
        if index == 0:
            sample[0, 0], sample[-1, -1] = 0, 255
        yield sample[None]
