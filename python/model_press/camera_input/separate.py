"""Performs the steps of a model with camera input separately, as the reference to compare it with."""

import numpy as np
from PIL import Image

from model_press.camera_input import yuv
from model_press.formats.camera_input import CameraFrame, Postprocess
from model_press.images import decode


def pixels(frame: np.ndarray, camera: CameraFrame, height: int, width: int) -> np.ndarray:
    """Return the uint8 [height, width, 3] RGB input of the network for a uint8 frame."""
    rgb = upright(frame, camera)
    if camera.filter == "bilinear_antialias":
        return decode.fit(Image.fromarray(rgb), width, height, camera.fit)
    left, top, right, bottom = box(camera, height, width)
    rgb = rgb[top:bottom, left:right]
    return (_nearest if camera.filter == "nearest" else _bilinear)(rgb, height, width)


def upright(frame: np.ndarray, camera: CameraFrame) -> np.ndarray:
    """Return uint8 RGB [*camera.upright, 3] of a uint8 frame of camera.shape."""
    if camera.is_planar:
        rgb = yuv.to_rgb(frame, camera.color_order)
    else:
        rgb = frame[..., [camera.color_order.index(colour) for colour in "RGB"]]
    return np.ascontiguousarray(np.rot90(rgb, -camera.rotation_degrees // 90))


def box(camera: CameraFrame, height: int, width: int) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of the upright frame that the network sees."""
    rows, columns = camera.upright
    if camera.fit == "crop":
        return decode.crop_box(columns, rows, width, height)
    return 0, 0, columns, rows


def encode(rgb: np.ndarray, camera: CameraFrame, alpha: np.ndarray | None = None) -> np.ndarray:
    """Return uint8 camera.shape as the model takes it, of RGB pixels [*camera.upright, 3].

    alpha: uint8 [*camera.upright, 1] where the frame has it; 255 by default.
    """
    turns = camera.rotation_degrees // 90
    if camera.is_planar:
        return yuv.from_rgb(np.rot90(rgb, turns), camera.color_order)
    if alpha is None:
        alpha = np.full((*camera.upright, 1), 255, np.uint8)
    rgba = np.rot90(np.concatenate([rgb, alpha], 2), turns)
    return np.ascontiguousarray(rgba[..., ["RGBA".index(colour) for colour in camera.color_order]])


def frame_showing(image: np.ndarray, camera: CameraFrame) -> np.ndarray:
    """Return uint8 of camera.shape that shows an image where the network will look.

    Labelled images can judge a model with camera input that way.

    Args:
      image: uint8 [height, width, 3] RGB of the network's size. It is enlarged or shrunk by a cubic filter; beyond it,
        its border goes on. An alpha channel counts up and down the rows, so that reading it as a colour is detected.
    """
    left, top, right, bottom = box(camera, *image.shape[:2])
    seen = Image.fromarray(image).resize((right - left, bottom - top), Image.Resampling.BICUBIC)
    height, width = camera.upright
    rows = (np.arange(height) % 256).astype(np.uint8)
    alpha = np.broadcast_to(rows[:, None, None], (height, width, 1))
    return encode(surround(np.asarray(seen), camera, image.shape[:2]), camera, alpha)


def surround(seen: np.ndarray, camera: CameraFrame, network: tuple[int, ...]) -> np.ndarray:
    """Return uint8 RGB [*camera.upright, 3]: pixels of the size of `box` in the crop region, their border around.

    Nothing sees what is around; but a camera's planes share a colour among 2x2 pixels, also across the box's border.

    Args:
      network: height and width that the model resizes to.
    """
    left, top, right, bottom = box(camera, *network)
    height, width = camera.upright
    margins = ((top, height - bottom), (left, width - right), (0, 0))
    return np.pad(seen, margins, mode="edge")


def place(
    image: Image.Image, camera: CameraFrame, network: tuple[int, ...], fit: str | None = None
) -> np.ndarray:
    """Return uint8 RGB [*camera.upright, 3] of a picture of any size.

    A picture of the frame's size stays as it is. Of another the part that the network is to see is put where the model
    looks: it crops the frame itself, so that a picture cut to the frame's shape before would be cropped twice.

    Args:
      image: RGB, upright.
      network: height and width that the model resizes to.
      fit: "crop" or "stretch", how the picture meets the network's shape; as the entry's by default.
    """
    fit = fit or camera.fit
    if image.size == camera.upright[::-1] and fit == camera.fit:
        return np.asarray(image)
    left, top, right, bottom = box(camera, *network)
    if fit == "crop":
        image = image.crop(decode.crop_box(*image.size, network[1], network[0]))
    return surround(decode.fit(image, right - left, bottom - top, "stretch"), camera, network)


def answer(scores: np.ndarray, wanted: Postprocess | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Return (scores, class indices) of float32 scores [classes]: all scores and None, or the best `count` of both.

    Of equal scores the lower index comes first.
    """
    scores = np.asarray(scores, np.float32)
    if wanted is None:
        return scores, None
    if "softmax" in wanted.steps:
        powers = np.exp(scores - scores.max())
        scores = powers / powers.sum()
    if not wanted.top_k:
        return scores, None
    best = np.argsort(-scores, kind="stable")[: wanted.top_k]
    return scores[best], best.astype(np.int32)


def _nearest(rgb: np.ndarray, height: int, width: int) -> np.ndarray:
    rows, columns = (
        np.minimum(
            ((np.arange(out, dtype=np.float32) + 0.5) * np.float32(size / out)).astype(int),
            size - 1,
        )
        for size, out in ((rgb.shape[0], height), (rgb.shape[1], width))
    )
    return rgb[rows[:, None], columns]


def _bilinear(rgb: np.ndarray, height: int, width: int) -> np.ndarray:
    result = rgb.astype(np.float64)
    for axis, out in ((0, height), (1, width)):
        size = rgb.shape[axis]
        centre = np.clip((np.arange(out) + 0.5) * (size / out) - 0.5, 0, size - 1)
        low = np.floor(centre).astype(int)
        weight = np.expand_dims(centre - low, tuple(d for d in range(3) if d != axis))
        first = np.take(result, low, axis)
        second = np.take(result, np.minimum(low + 1, size - 1), axis)
        result = first + (second - first) * weight
    return np.floor(result + 0.5).astype(np.uint8)
