"""Read and write NumPy's .npy files: whole, deterministic, or not at all."""

import io
import os
import pathlib
from typing import Any

import numpy as np

from model_press.formats import files
from model_press.formats.errors import UserError

_NPY_MAGIC = b"\x93NUMPY"


def write_npy(path: str | os.PathLike[str], array: np.ndarray) -> None:
    """Write an array in NumPy's .npy format, whole."""
    with files.AtomicWriter(path) as file:
        np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def write_npy_header(file: io.BufferedIOBase, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Begin an .npy file whose elements (C order) the caller then streams."""
    descr = np.lib.format.dtype_to_descr(np.dtype(dtype))
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _require_elements(path: pathlib.Path) -> None:
    """Raise ValueError for elements of no bytes: with some shapes NumPy divides by that and ends the process."""
    with open(path, "rb") as file:
        version = np.lib.format.read_magic(file)
        first = version == (1, 0)
        read = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
        _, _, dtype = read(file)
    if not dtype.itemsize:
        raise ValueError(f"its elements, {dtype}, have no size")


def read_npy(path: str | os.PathLike[str], what: str) -> np.ndarray:
    """Memory-map an .npy file read-only; pickled objects, truncated or other files are refused."""
    path = files.require_file(path, what)
    with open(path, "rb") as file:
        head = file.read(len(_NPY_MAGIC))
    if head != _NPY_MAGIC:
        # numpy.load would open a zip of arrays (.npz), too, or look for a pickle.
        raise UserError(
            f"{what} {path} is not a readable .npy array (it starts with {head!r}); write it with numpy.save"
        )
    try:
        _require_elements(path)
        with np.errstate(all="raise"):  # sizes whose product overflows
            array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
        return array
    except Exception as error:  # NumPy parses the header as Python: a damaged one raises anything
        raise UserError(
            f"{what} {path} is not a readable .npy array ({error}); write it with numpy.save"
        ) from error
