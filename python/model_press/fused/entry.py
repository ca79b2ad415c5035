"""Puts crop, resize, colour order and normalisation in front of a network, as operators that XNNPACK runs.

The antialiased filter is a product with a fixed matrix along each axis, so it is two FULLY_CONNECTED layers with a
TRANSPOSE before, between and behind. Measured on one thread, 480x640 to 80x80: 0.9 ms in XNNPACK, against 2.0 ms as
BATCH_MATMUL (columns first) and 10 ms (rows first, which is Pillow's order and so the one that counts).

Each pass is rounded to whole pixel values, half up, as Pillow does. What follows then meets no rounding tie: int8
takes whole pixels at scale 1.
"""

from collections.abc import Sequence

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.fused import separate, triangle
from model_press.fused.ports import PortGraph
from model_press.fused.spec import Entry
from model_press.preprocess import RAW, Normalization

_NAME = "entry"


def put(graph: PortGraph, entry: Entry, normalization: Normalization) -> None:
    """Changes the graph's input into uint8 [1, entry.height, entry.width, entry.channels].

    Args:
      graph: takes [1, height, width, 3]: float32, or uint8 pixels that it casts or quantises at scale 1.
      normalization: what the graph's float input expects of a pixel; RAW where it takes pixels.
    """
    _, height, width, _ = graph.shape(graph.input)
    source = graph.input
    target, reader = _network_input(graph)
    chain = _Chain(graph, source)
    graph.make_input((1, entry.height, entry.width, entry.channels))
    _crop(chain, entry, height, width)
    if entry.filter == "nearest":
        chain.resize_nearest(height, width)
    chain.cast()
    if entry.filter == "bilinear_antialias":
        chain.resize_antialiased(height, width)
    elif entry.filter == "bilinear":
        chain.resize_bilinear(height, width)
    order = entry.color_order[:3]
    if order != "RGB" or not normalization.is_identity:
        chain.mix_channels(order, normalization)
    chain.end(target)
    if reader is None:
        graph.operators[:0] = chain.operators
    else:
        graph.replace(reader, chain.operators)


def is_identity(graph: PortGraph, entry: Entry, normalization: Normalization = RAW) -> bool:
    """Whether the graph takes these very bytes already."""
    shape = (1, entry.height, entry.width, 3)
    as_is = graph.shape(graph.input) == shape and graph.dtype(graph.input) == "uint8"
    return as_is and entry.color_order == "RGB" and normalization.is_identity


def _network_input(graph: PortGraph) -> tuple[int, schema.OperatorT | None]:
    """The tensor that the entry has to write, and the operator that it stands for, if there is one."""
    readers = graph.consumers(graph.input)
    is_bytes = graph.dtype(graph.input) == "uint8"
    if is_bytes and len(readers) == 1 and graph.name(readers[0]) in ("CAST", "QUANTIZE"):
        return int(readers[0].outputs[0]), readers[0]
    # All who read the input read another tensor of its kind instead.
    inner = graph.add_value(
        f"{_NAME}/image",
        graph.shape(graph.input),
        graph.dtype(graph.input),
        graph.scale(graph.input),
    )
    for operator in readers:
        operator.inputs = np.array(
            [inner if tensor == graph.input else tensor for tensor in operator.inputs], np.int32
        )
    return inner, None


def _crop(chain: "_Chain", entry: Entry, height: int, width: int) -> None:
    left, top, right, bottom = separate.box(entry, height, width)
    # Alpha comes last, so that it goes with the margins.
    size = (1, bottom - top, right - left, 3)
    if size != (1, entry.height, entry.width, entry.channels):
        chain.slice((0, top, left, 0), size)


class _Chain:
    """Operators one behind the other, each reading what the last one wrote."""

    def __init__(self, graph: PortGraph, source: int):
        self._graph = graph
        self._last = source
        self.operators: list[schema.OperatorT] = []

    def slice(self, begin: Sequence[int], size: Sequence[int]) -> None:
        # Of bytes, before they are four times as many as floats.
        inputs = [self._ints("crop_begin", begin), self._ints("crop_size", size)]
        self._add("SLICE", 1, inputs, "crop", size, "uint8", schema.SliceOptionsT())

    def cast(self) -> None:
        options = schema.CastOptionsT()
        options.inDataType, options.outDataType = schema.TensorType.UINT8, schema.TensorType.FLOAT32
        self._add("CAST", 1, [], "float", self._shape(), "float32", options)

    def resize_nearest(self, height: int, width: int) -> None:
        if self._shape()[1:3] == (height, width):
            return
        options = schema.ResizeNearestNeighborOptionsT()
        options.halfPixelCenters = True
        size = [self._ints("size", (height, width))]
        shape = (1, height, width, self._shape()[3])
        self._add("RESIZE_NEAREST_NEIGHBOR", 3, size, "resize", shape, "uint8", options)

    def resize_bilinear(self, height: int, width: int) -> None:
        if self._shape()[1:3] == (height, width):
            return
        options = schema.ResizeBilinearOptionsT()
        options.halfPixelCenters = True
        size = [self._ints("size", (height, width))]
        shape = (1, height, width, self._shape()[3])
        self._add("RESIZE_BILINEAR", 3, size, "resize", shape, "float32", options)
        half = self._constant("half", np.full((), 0.5))
        self._elementwise("ADD", half, "resize_half", schema.AddOptionsT())
        self._floor("resize_round")

    def resize_antialiased(self, height: int, width: int) -> None:
        _, rows, columns, channels = self._shape()
        if columns != width:
            self._transpose((0, 1, 3, 2), "rows_first")  # [1, rows, channels, columns]
            self._weigh("rows", columns, width)
            self._transpose((0, 1, 3, 2) if rows == height else (0, 2, 3, 1), "rows_done")
        elif rows != height:
            self._transpose((0, 3, 2, 1), "rows_done")
        if rows != height:  # [1, channels, width, rows]
            self._weigh("columns", rows, height)
            self._transpose((0, 3, 2, 1), "resize")
        assert self._shape() == (1, height, width, channels)

    def mix_channels(self, order: str, normalization: Normalization) -> None:
        """x = (pixel - mean) / std in the network's colour order: a 1x1 convolution."""
        wanted = normalization.color_order
        kernel = np.zeros((3, 1, 1, len(order)), np.float64)
        for channel, colour in enumerate(wanted):
            kernel[channel, 0, 0, order.index(colour)] = 1 / normalization.std[channel]
        bias = -np.asarray(normalization.mean, np.float64) / np.asarray(normalization.std)
        constants = [self._constant("mix", kernel), self._constant("mix_bias", bias)]
        options = schema.Conv2DOptionsT()
        options.padding = schema.Padding.VALID
        options.strideH = options.strideW = 1
        options.dilationHFactor = options.dilationWFactor = 1
        shape = (*self._shape()[:3], 3)
        self._add("CONV_2D", 1, constants, "normalize", shape, "float32", options)

    def end(self, target: int) -> None:
        """Lets the last operator write `target`, quantised where that is."""
        if self._graph.dtype(target) != "float32":
            last = self._graph.operator(
                "QUANTIZE", 1, [self._last], [target], schema.QuantizeOptionsT()
            )
            self.operators.append(last)
        else:
            self.operators[-1].outputs = np.array([target], np.int32)

    def _weigh(self, axis: str, size: int, out: int) -> None:
        parts, source = triangle.matrices(size, out), self._last
        low = None
        if parts.low is not None:
            self._product(f"{axis}_low", parts.low, np.zeros(out, np.float32))
            self._floor(f"{axis}_low_whole")
            unit = self._constant(f"{axis}_low_unit", np.full((), parts.low_scale, np.float32))
            self._elementwise("MUL", unit, f"{axis}_low_part", schema.MulOptionsT())
            low, self._last = self._last, source
        self._product(f"{axis}_high", parts.high, np.full(out, 0.5, np.float32))
        if low is not None:
            self._elementwise("ADD", low, f"{axis}_sum", schema.AddOptionsT())
        self._floor(f"{axis}_round")

    def _product(self, name: str, matrix: np.ndarray, bias: np.ndarray) -> None:
        constants = [
            self._constant(f"{name}_weights", matrix),
            self._constant(f"{name}_bias", bias),
        ]
        options = schema.FullyConnectedOptionsT()
        options.keepNumDims = True
        shape = (*self._shape()[:3], len(matrix))
        self._add("FULLY_CONNECTED", 5, constants, name, shape, "float32", options)

    def _elementwise(self, builtin: str, other: int, name: str, options: object) -> None:
        self._add(builtin, 1, [other], name, self._shape(), "float32", options)

    def _constant(self, name: str, values: np.ndarray) -> int:
        return self._graph.add_float_constant(f"{_NAME}/{name}", values.astype(np.float32))

    def _floor(self, name: str) -> None:
        self._add("FLOOR", 1, [], name, self._shape(), "float32", None)

    def _transpose(self, order: Sequence[int], name: str) -> None:
        shape = [self._shape()[axis] for axis in order]
        inputs = [self._ints(f"{name}_order", order)]
        self._add("TRANSPOSE", 1, inputs, name, shape, "float32", schema.TransposeOptionsT())

    def _shape(self) -> tuple[int, ...]:
        return self._graph.shape(self._last)

    def _ints(self, name: str, values: Sequence[int]) -> int:
        return self._graph.add_integers(f"{_NAME}/{name}", values)

    def _add(
        self,
        builtin: str,
        version: int,
        inputs: Sequence[int],
        name: str,
        shape: Sequence[int],
        dtype: str,
        options: object | None,
    ) -> None:
        out = self._graph.add_value(f"{_NAME}/{name}", shape, dtype)
        self.operators.append(
            self._graph.operator(builtin, version, [self._last, *inputs], [out], options)
        )
        self._last = out
