"""image-set: decodes image files, or checks a generator's arrays, into one pair of arrays."""

from collections.abc import Sequence

import numpy as np

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.images import decode, npy

UNLABELED = -1


def check_images(pixels: np.ndarray, what: str) -> None:
    """Raise UserError unless `pixels` is a non-empty uint8 [N, H, W, 3] array."""
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[-1] != 3:
        raise UserError(
            f"{what} is {pixels.dtype} {list(pixels.shape)}; expected raw RGB pixels, uint8 [N, H, W, 3]"
        )
    if not pixels.size:
        raise UserError(f"{what} is empty; give at least one image")


def check_classes(classes: np.ndarray, count: int, class_count: int | None, what: str) -> None:
    """Raise UserError unless `classes` is int32 [count] with -1 or an index below class_count."""
    if classes.dtype != np.int32 or classes.shape != (count,):
        raise UserError(
            f"{what} is {classes.dtype} {list(classes.shape)}; expected int32 [{count}], one per image"
        )
    top = class_count if class_count is not None else np.iinfo(np.int32).max
    wrong = np.flatnonzero((classes < UNLABELED) | (classes >= top))
    if wrong.size:
        raise UserError(
            f"{what}: image {wrong[0]} has class {classes[wrong[0]]}; expected 0 to {top - 1}, or -1 "
            "for an unlabelled image"
        )


def from_arrays(
    images_path: str, classes_path: str | None, class_count: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Validate a generator's arrays; classes default to unlabelled."""
    pixels = npy.read_npy(images_path, "images")
    check_images(pixels, f"images {images_path}")
    if classes_path is None:
        classes = np.full(len(pixels), UNLABELED, np.int32)
    else:
        classes = np.asarray(npy.read_npy(classes_path, "classes"))
    check_classes(classes, len(pixels), class_count, f"classes {classes_path}")
    return pixels, classes


def parse_items(items: Sequence[str]) -> list[tuple[str, int]]:
    """Split "path=class" (class may be left out: unlabelled)."""
    result = []
    for item in items:
        path, separator, number = item.rpartition("=")
        if not separator:
            path, number = item, str(UNLABELED)
        try:
            result.append((path, int(number)))
        except ValueError:
            raise UserError(f"image '{item}': expected PATH=CLASS with a class number") from None
    return result


def write_from_files(
    items: Sequence[tuple[str, int]],
    height: int,
    width: int,
    fit: str,
    class_count: int | None,
    out_images: str,
    out_classes: str,
) -> None:
    """Return the decode and fit files one after the other, with one image in memory."""
    if not items:
        raise UserError("the image set is empty: `--image` is not given, expected at least one")
    classes = np.array([number for _, number in items], np.int32)
    check_classes(classes, len(items), class_count, "images")

    with files.AtomicWriter(out_images) as file:
        npy.write_npy_header(file, (len(items), height, width, 3), np.dtype(np.uint8))
        for path, _ in items:
            file.write(decode.fit(decode.decode(path), width, height, fit).tobytes())
    npy.write_npy(out_classes, classes)


def write_arrays(
    pixels: np.ndarray, classes: np.ndarray, out_images: str, out_classes: str
) -> None:
    """Write validated arrays in the set's form."""
    npy.write_npy(out_images, pixels)
    npy.write_npy(out_classes, classes)
