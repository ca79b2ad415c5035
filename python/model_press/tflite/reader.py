"""Reads the structure of a .tflite file (an untrusted FlatBuffer) without running it."""

import collections
import dataclasses
import functools
import math
import mmap
import os
import struct
from typing import Any

from ai_edge_litert import schema_py_generated as schema
from flatbuffers import number_types

from model_press.formats import files
from model_press.formats.errors import UserError

_IDENTIFIER = b"TFL3"
_SCHEMA_VERSION = 3
# Elements that may be read in all, of a file that has room for a quarter of its bytes: vectors that lie on each other
# would make a small file take all memory.
_PATIENCE = 4
# FlexX is how the converter names an operator that falls back to full TensorFlow.
FLEX_PREFIX = "Flex"


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """A tensor: static shape, element type as NumPy calls it, and its quantisation.

    scales and zero_points: empty for float tensors, one entry, or one per channel.
    bytes: size of its constant data, 0 for an activation.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    shape_signature: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    bytes: int


@dataclasses.dataclass(frozen=True)
class Operator:
    """A node of the graph. name: the builtin's name, or the custom operator's own."""

    name: str
    version: int
    custom: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class TfliteFile:
    """The main subgraph's tensors, inputs, outputs; the operators of all subgraphs in file order."""

    tensors: tuple[TensorInfo, ...]
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    operators: tuple[Operator, ...]

    def builtin_ops(self) -> list[tuple[str, int, int]]:
        """Return (name, version, count) of the builtin operators that nodes use, sorted."""
        counts = collections.Counter((o.name, o.version) for o in self.operators if not o.custom)
        return [(name, version, count) for (name, version), count in sorted(counts.items())]

    def custom_ops(self) -> list[str]:
        """Return the names of the custom (and Flex) operators, sorted."""
        return sorted({o.name for o in self.operators if o.custom})

    def inner_float_tensors(self) -> list[TensorInfo]:
        """Return the float tensors that a node reads or writes, except the graph's own inputs and outputs."""
        edge = {t.index for t in self.inputs + self.outputs}
        used = {i for o in self.operators for i in o.inputs + o.outputs if i >= 0}
        return [t for t in self.tensors if t.index in used - edge and t.dtype.startswith("float")]


def read(path: str | os.PathLike[str], what: str = "model") -> TfliteFile:
    """Parse a .tflite file.

    Raises:
      UserError: the file is missing, empty, a Git LFS pointer, truncated, or no TFLite model.
    """
    path = files.require_file(path, what)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return parse(data, f"{what} {path}")


def parse(data: bytes | mmap.mmap, where: str) -> TfliteFile:
    """Parse the bytes of a .tflite file; `where` begins the error message."""
    if len(data) < 8 or data[4:8] != _IDENTIFIER:
        raise UserError(f"{where} is not a TFLite model (no TFL3 identifier in its header)")
    try:
        return _Reader(data).file()
    except (struct.error, IndexError, ValueError, TypeError, OverflowError, KeyError) as error:
        raise UserError(
            f"{where} is truncated or corrupt ({len(data)} bytes; {error}); build or fetch it again"
        ) from error


@functools.cache
def _names(enum: type[Any]) -> dict[int, str]:
    return {v: k for k, v in vars(enum).items() if isinstance(v, int)}


class _Reader:
    """Walks the FlatBuffer; every length is checked against the file before it is used."""

    def __init__(self, data: bytes | mmap.mmap):
        self._data = data
        self._left = _PATIENCE * len(data)
        self._model = schema.Model.GetRootAs(data, 0)

    def file(self) -> TfliteFile:
        model = self._model
        if model.Version() != _SCHEMA_VERSION:
            raise ValueError(f"schema version {model.Version()}, expected {_SCHEMA_VERSION}")
        buffer_bytes = [self._buffer(i) for i in range(self._count(model.BuffersLength()))]
        codes = [self._opcode(i) for i in range(self._count(model.OperatorCodesLength()))]
        subgraphs = self._count(model.SubgraphsLength())
        if subgraphs == 0:
            raise ValueError("no subgraph")
        operators = []
        for index in range(subgraphs):
            operators += self._operators(model.Subgraphs(index), codes)
        graph = model.Subgraphs(0)
        tensors = tuple(
            self._tensor(graph.Tensors(i), i, buffer_bytes)
            for i in range(self._count(graph.TensorsLength()))
        )
        return TfliteFile(
            tensors,
            tuple(tensors[i] for i in self._ints(graph, "Inputs")),
            tuple(tensors[i] for i in self._ints(graph, "Outputs")),
            tuple(operators),
        )

    def _count(self, length: int) -> int:
        if length * number_types.UOffsetTFlags.bytewidth > len(self._data):
            raise ValueError(f"a list of {length} entries does not fit in the file")
        self._left -= length
        if self._left < 0:
            raise ValueError("its lists have more entries than the file has room for")
        return length

    def _ints(self, table: object, field: str) -> list[int]:
        # Typed accessors such as graph.Inputs(i): a missing vector has length 0.
        get, length = getattr(table, field), getattr(table, field + "Length")()
        return [get(i) for i in range(self._count(length))]

    def _buffer(self, index: int) -> int:
        buffer = self._model.Buffers(index)
        length = buffer.DataLength()
        if length:
            # A truncated file keeps its header, so the end of each constant is checked here.
            table = buffer._tab
            end = table.Vector(table.Offset(4)) + length
        else:
            length = buffer.Size()  # data of a file above 2 GB lies behind the FlatBuffer
            end = buffer.Offset() + length
        if end > len(self._data):
            raise ValueError(f"constant {index} ends at byte {end}")
        return length

    def _opcode(self, index: int) -> tuple[str, int, bool]:
        code = self._model.OperatorCodes(index)
        # Codes above 127 do not fit the old one-byte field; readers take the larger of both.
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        name = _names(schema.BuiltinOperator)[builtin]
        custom = name == "CUSTOM"
        if custom:
            name = (code.CustomCode() or b"?").decode("utf-8", "replace")
        return name, code.Version(), custom

    def _operators(
        self, graph: schema.SubGraph, codes: list[tuple[str, int, bool]]
    ) -> list[Operator]:
        result = []
        for index in range(self._count(graph.OperatorsLength())):
            node = graph.Operators(index)
            name, version, custom = codes[node.OpcodeIndex()]
            inputs = tuple(self._ints(node, "Inputs"))
            result.append(
                Operator(name, version, custom, inputs, tuple(self._ints(node, "Outputs")))
            )
        return result

    def _tensor(self, tensor: schema.Tensor, index: int, buffer_bytes: list[int]) -> TensorInfo:
        shape = tuple(self._ints(tensor, "Shape"))
        quantization = tensor.Quantization()
        scales, zero_points = (), ()
        if quantization is not None:
            scales = tuple(float(v) for v in self._ints(quantization, "Scale"))
            zero_points = tuple(int(v) for v in self._ints(quantization, "ZeroPoint"))
            if not all(math.isfinite(s) for s in scales):
                raise ValueError(f"tensor {index} has a scale that is not finite")
        return TensorInfo(
            index,
            (tensor.Name() or b"").decode("utf-8", "replace"),
            shape,
            tuple(self._ints(tensor, "ShapeSignature")) or shape,
            _names(schema.TensorType)[tensor.Type()].lower(),
            scales,
            zero_points,
            buffer_bytes[tensor.Buffer()],
        )


def main_graph(data: bytes | mmap.mmap, file: TfliteFile, where: str) -> TfliteFile:
    """Return the file with the main graph's operators only; UserError where one names a tensor that is not there."""
    count = schema.Model.GetRootAs(data, 0).Subgraphs(0).OperatorsLength()
    main = dataclasses.replace(file, operators=file.operators[:count])
    for index, operator in enumerate(main.operators):
        for tensor in operator.inputs + operator.outputs:
            if not -1 <= tensor < len(file.tensors):
                raise UserError(
                    f"{where} is corrupt: operator {index} ({operator.name}) names tensor {tensor} of "
                    f"{len(file.tensors)}; build or fetch it again"
                )
    return main
