"""The one definition of pixel preprocessing: colour order, then (pixel - mean) / std per channel.

A pixel is an 8-bit RGB triple. mean and std are in pixel units (0..255) and follow `color_order`.
"""

import dataclasses
from typing import Literal

import numpy as np

from model_press.formats import files, strict_json
from model_press.formats import manifest as manifest_lib
from model_press.formats.errors import UserError


@dataclasses.dataclass(frozen=True)
class Normalization:
    """What a Keras model expects of its input: x = (pixel[color_order] - mean) / std."""

    color_order: Literal["RGB", "BGR"]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def is_identity(self) -> bool:
        """True if the model takes raw RGB pixel values 0..255."""
        return self == RAW

    def then(self, scale: np.ndarray, offset: np.ndarray) -> "Normalization":
        """This, followed by x * scale + offset ([3] each, scale above 0), as one normalisation."""
        std = np.asarray(self.std, np.float64)
        mean = np.asarray(self.mean, np.float64) - offset * std / scale
        return Normalization(self.color_order, tuple(mean.tolist()), tuple((std / scale).tolist()))

    def apply(self, images: np.ndarray) -> np.ndarray:
        """float32 [..., H, W, 3] model input from uint8 RGB pixels of the same shape."""
        ordered = images if self.color_order == "RGB" else images[..., ::-1]
        mean = np.asarray(self.mean, np.float32)
        std = np.asarray(self.std, np.float32)
        return (ordered.astype(np.float32) - mean) / std


RAW = Normalization("RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

# Keras' own modes (keras.applications.imagenet_utils.preprocess_input): tf scales to [-1, 1],
# caffe takes BGR and subtracts ImageNet's mean, torch normalises by ImageNet's mean and deviation.
NAMED = {
    "none": RAW,
    "tf": Normalization("RGB", (127.5,) * 3, (127.5,) * 3),
    "caffe": Normalization("BGR", (103.939, 116.779, 123.68), (1.0, 1.0, 1.0)),
    "torch": Normalization(
        "RGB",
        tuple(255 * m for m in (0.485, 0.456, 0.406)),
        tuple(255 * s for s in (0.229, 0.224, 0.225)),
    ),
}


def parse(text: str) -> Normalization:
    """Reads tf, caffe, torch, none, or JSON like {"color_order":"RGB","mean":[...],"std":[...]}."""
    if text in NAMED:
        return NAMED[text]
    try:
        data = files.parse_json(text)
    except (ValueError, RecursionError):
        raise UserError(
            f"preprocess '{text}' is unknown; use {', '.join(sorted(NAMED))} or a JSON object with "
            "color_order, mean and std"
        ) from None
    return from_json(data, "preprocess")


def from_json(data: object, where: str) -> Normalization:
    """Builds a Normalization from parsed JSON; UserError names a wrong field."""
    value = strict_json.from_json(Normalization, data, where)
    if len(value.mean) != 3 or len(value.std) != 3:
        raise UserError(
            f"{where}: mean has {len(value.mean)} and std {len(value.std)} numbers, expected three numbers each, one "
            "per colour"
        )
    if not all(s > 0 for s in value.std):
        raise UserError(f"{where}: std {list(value.std)} must be above 0")
    return value


def encode_input(images: np.ndarray, manifest: manifest_lib.Manifest) -> np.ndarray:
    """Turns uint8 RGB pixels [N, H, W, 3] into what the model's input tensor takes.

    Follows the manifest exactly as an app does; with a fused quantised input of scale 1 and zero
    point 0 the result is the pixels themselves.
    """
    pre, tensor = manifest.preprocess, manifest.input
    raw = pre.fused and tensor.dtype == "uint8"
    if raw and (tensor.scale, tensor.zero_point) == (1.0, 0):
        return images
    real = Normalization(pre.color_order, pre.mean, pre.std).apply(images)
    if tensor.dtype == "float32":
        return real
    limits = np.iinfo(tensor.dtype)
    codes = np.rint(real / np.float32(tensor.scale)) + tensor.zero_point
    limited: np.ndarray = np.clip(codes, limits.min, limits.max)
    return limited.astype(tensor.dtype)


def decode_output(codes: np.ndarray, tensor: manifest_lib.Tensor) -> np.ndarray:
    """float32 real values of an output: scale * (code - zero_point), or the floats themselves."""
    if tensor.dtype == "float32":
        return np.asarray(codes, np.float32)
    return (np.asarray(codes, np.float32) - tensor.zero_point) * np.float32(tensor.scale)
