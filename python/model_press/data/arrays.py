"""Writes the two arrays of an image set, whole or not at all."""

from __future__ import annotations

import os

import numpy as np

UNLABELLED = -1


def save(path: str, array: np.ndarray) -> None:
    """Writes an array as .npy under a temporary name, then renames it to `path`."""
    partial = f"{path}.partial"
    try:
        with open(partial, "wb") as file:
            np.save(file, np.ascontiguousarray(array))
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def save_image_set(
    images_path: str, classes_path: str, images: np.ndarray, classes: np.ndarray | None = None
) -> None:
    """Writes an image set.

    Args:
      images_path: where the images go.
      classes_path: where the class indices go.
      images: uint8 RGB [N, H, W, 3].
      classes: [N]; None writes UNLABELLED for each image.

    Raises:
      ValueError: the arrays are not an image set.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3 or not len(images):
        raise ValueError(
            f"an image set is uint8 [N, H, W, 3] with N > 0, got {images.dtype} {images.shape}"
        )
    if classes is None:
        classes = np.full(len(images), UNLABELLED)
    if classes.shape != (len(images),):
        raise ValueError(f"{len(images)} images need as many classes, got {classes.shape}")
    save(images_path, images)
    save(classes_path, classes.astype(np.int32))
