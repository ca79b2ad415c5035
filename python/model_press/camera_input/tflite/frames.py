"""Camera frames made of a network's own images, so that labelled images can judge a model with a fused camera."""

import numpy as np
from PIL import Image

from model_press.camera_input import separate
from model_press.camera_input.tflite import runner
from model_press.formats.camera_input import CameraFrame


def make(image: np.ndarray, camera: CameraFrame) -> np.ndarray:
    """Return uint8 of camera.shape that shows an image where the network will look.

    Args:
      image: uint8 [height, width, 3] RGB of the network's size. It is enlarged or shrunk by a cubic filter; beyond it,
        its border goes on. An alpha channel counts up and down the rows, so that reading it as a colour is detected.
    """
    left, top, right, bottom = separate.box(camera, *image.shape[:2])
    seen = Image.fromarray(image).resize((right - left, bottom - top), Image.Resampling.BICUBIC)
    height, width = camera.upright
    rgb = separate.surround(np.asarray(seen), camera, image.shape[:2])
    alpha = np.broadcast_to(
        (np.arange(height) % 256).astype(np.uint8)[:, None, None], (height, width, 1)
    )
    return runner.frame(rgb, camera, alpha)
