"""Loads custom operators: a Python file declares them with a reference kernel for each.

The file maps names of operators, as the .tflite has them, to functions on NumPy arrays:

    def bump(inputs, options):
        return [np.exp(-options["width"] * inputs[0] ** 2)]

    KERNELS = {"Bump": bump}

A kernel gets a node's inputs and its options (a dict; the raw bytes if they are not a FlexBuffer map), and returns
a list of outputs in the shapes that the file states.
The file is a source of the build like any other; nothing in a model is run.
"""

import os
import runpy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.tflite import reader

Kernel = Callable[[list[np.ndarray], Any], Sequence[np.ndarray]]
Kernels = Mapping[str, Kernel]

_TABLE = "KERNELS"


def read(path: str | os.PathLike[str]) -> dict[str, Kernel]:
    """Run the file that declares operators, and return its kernels by the operators' names.

    Raises:
      UserError: no file, one that fails, or one whose KERNELS is no such mapping.
    """
    path = files.require_file(path, "custom operators")
    try:
        found = runpy.run_path(str(path)).get(_TABLE)
    except Exception as error:  # any error of the file's code
        raise UserError(
            f"custom operators {path} fail with {type(error).__name__}: {error}; expected a Python file that imports "
            "nothing but NumPy and the standard library"
        ) from error
    sound = isinstance(found, dict) and all(
        isinstance(name, str) and callable(kernel) for name, kernel in found.items()
    )
    if not found or not sound:
        raise UserError(
            f"custom operators {path} have no {_TABLE}; expected a dict of operator names to functions of inputs and "
            f'options, such as {_TABLE} = {{"Bump": bump}}'
        )
    if flex := sorted(name for name in found if name.startswith(reader.FLEX_PREFIX)):
        raise UserError(
            f"custom operators {path} declare {', '.join(flex)}, but {reader.FLEX_PREFIX}... are TensorFlow's "
            "own; declare the operator without that prefix"
        )
    kernels: dict[str, Kernel] = found
    return kernels
