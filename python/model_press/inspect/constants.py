"""Reads the values of the constants, and which are stored sparsely."""

import dataclasses
import math
import mmap
from collections.abc import Iterator

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.reader import TfliteFile


@dataclasses.dataclass(frozen=True)
class Constant:
    """A constant of the main graph. elements: of its dense form; zeros: how many of them are zero."""

    index: int
    elements: int
    zeros: int
    sparse: bool


def buffer_bytes(data: mmap.mmap | bytes, model: schema.Model, index: int) -> np.ndarray:
    """Return uint8 view of a buffer's bytes, wherever the file keeps them; nothing is copied."""
    buffer = model.Buffers(index)
    length = buffer.DataLength()
    if length:
        table = buffer._tab
        return np.frombuffer(data, np.uint8, length, table.Vector(table.Offset(4)))
    return np.frombuffer(data, np.uint8, buffer.Size(), buffer.Offset())


def read(data: mmap.mmap | bytes, file: TfliteFile) -> Iterator[Constant]:
    """Yield every constant of a model that tflite_file.parse has checked."""
    model = schema.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    for tensor in file.tensors:
        if not tensor.bytes:
            continue
        table = graph.Tensors(tensor.index)
        raw = buffer_bytes(data, model, table.Buffer())
        stored, nonzero = _count(raw, tensor.dtype)
        sparse = table.Sparsity() is not None
        elements = math.prod(tensor.shape) if sparse else stored
        yield Constant(tensor.index, elements, max(0, elements - nonzero), sparse)


def _count(raw: np.ndarray, dtype: str) -> tuple[int, int]:
    """Return (elements, those that are not zero) of a buffer."""
    if dtype == "int4":  # two in a byte
        nonzero = np.count_nonzero(raw & 0x0F) + np.count_nonzero(raw & 0xF0)
        return 2 * len(raw), int(nonzero)
    # NumPy has no bfloat16, whose zero is that of an integer; text and resources are counted by bytes.
    name = "uint16" if dtype == "bfloat16" else dtype
    kind = np.dtype(np.sctypeDict.get(name, np.uint8))
    whole = raw[: len(raw) // kind.itemsize * kind.itemsize]
    values = whole.view(kind)
    return len(values), int(np.count_nonzero(values))
