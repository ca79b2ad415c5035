"""Reading the outputs of a variant or of Keras for a check."""

import os

import numpy as np

from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.images import npy, preprocess


def read(
    path: str | os.PathLike[str], description: manifest.Manifest | None, what: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return (raw, float32 scores), both [N, classes]; without a manifest raw is float32.

    Raises:
      UserError: wrong shape or dtype for the manifest, empty, or values that are not finite.
    """
    raw = np.asarray(npy.read_npy(path, what))
    if raw.ndim != 2 or not raw.size:
        raise UserError(f"{what} {path} is {list(raw.shape)}; expected [N, classes] and N above 0")
    dtype = description.output.dtype if description else "float32"
    classes = description.output.shape[1] if description else raw.shape[1]
    if raw.dtype != np.dtype(dtype) or raw.shape[1] != classes:
        raise UserError(
            f"{what} {path} is {raw.dtype} {list(raw.shape)}; expected {dtype} [N, {classes}] as its "
            "manifest says"
        )
    scores = preprocess.decode_output(raw, description.output) if description else raw
    wrong = np.argwhere(~np.isfinite(scores))
    if len(wrong):
        raise UserError(
            f"{what} {path} has {len(wrong)} values that are not finite (NaN or infinite), the first for image "
            f"{wrong[0][0]}; check the model's weights, in particular batch normalisation statistics"
        )
    return raw, scores


def require_same_images(first: np.ndarray, second: np.ndarray, what: str) -> None:
    """Raise UserError unless two outputs have the same [N, classes]."""
    if first.shape != second.shape:
        raise UserError(
            f"{what} differ in shape: {list(first.shape)} and {list(second.shape)}; run both models "
            "on the same image_set"
        )
