"""Encodes pixels as a model's input and decodes its output into scores, as an app does."""

import numpy as np

from model_press.formats import manifest as manifest_lib
from model_press.formats.normalization import Normalization


def normalize(images: np.ndarray, normalization: Normalization) -> np.ndarray:
    """Return the float32 [..., H, W, 3] model input of uint8 RGB pixels of the same shape."""
    ordered = images if normalization.color_order == "RGB" else images[..., ::-1]
    mean = np.asarray(normalization.mean, np.float32)
    std = np.asarray(normalization.std, np.float32)
    return (ordered.astype(np.float32) - mean) / std


def encode_input(images: np.ndarray, manifest: manifest_lib.TfliteManifest) -> np.ndarray:
    """Encode uint8 RGB pixels [N, H, W, 3] for the model's input tensor.

    Follows the manifest exactly as an app does; with a fused quantised input of scale 1 and zero
    point 0 the result is the pixels themselves.
    """
    pre, tensor = manifest.preprocess, manifest.input
    raw = pre.fused and tensor.dtype == "uint8"
    if raw and (tensor.scale, tensor.zero_point) == (1.0, 0):
        return images
    real = normalize(images, Normalization(pre.color_order, pre.mean, pre.std))
    if tensor.dtype == "float32":
        return real
    limits = np.iinfo(tensor.dtype)
    codes = np.rint(real / np.float32(tensor.scale)) + tensor.zero_point
    limited: np.ndarray = np.clip(codes, limits.min, limits.max)
    return limited.astype(tensor.dtype)


def decode_output(codes: np.ndarray, tensor: manifest_lib.Tensor) -> np.ndarray:
    """Return float32 real values of an output: scale * (code - zero_point), or the floats themselves."""
    if tensor.dtype == "float32":
        return np.asarray(codes, np.float32)
    return (np.asarray(codes, np.float32) - tensor.zero_point) * np.float32(tensor.scale)
