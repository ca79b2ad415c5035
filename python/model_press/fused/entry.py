"""Puts crop, resize, colour order and normalisation in front of a network, as operators that XNNPACK runs.

The antialiased filter weighs the lines of pixels along an axis. Where it shrinks by a whole number, every output pixel
weighs its line alike, but for the two at the border: that is a DEPTHWISE_CONV_2D with strides, and one for each end.
Elsewhere the weights are a matrix, and FULLY_CONNECTED multiplies with it. Either wants the pixels in another order,
hence the TRANSPOSE between. Rows come first, as in Pillow, and each pass is rounded to whole pixel values, half up.
What follows then meets no rounding tie: int8 takes whole pixels at scale 1.
"""

from collections.abc import Callable, Sequence

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
        # Rows, columns, planes: the axes of the last tensor behind its batch of 1, in their order.
        self._axes = "rcp"
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
        self._resample("c", width)
        self._resample("r", height)
        self._arrange("rcp", "resize")

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

    def _resample(self, axis: str, out: int) -> None:
        """Weighs the pixels along an axis: a stride where every step is the same number of pixels, else a matrix."""
        size = self._shape()[1 + self._axes.index(axis)]
        if size == out:
            return
        parts, step = triangle.matrices(size, out), triangle.step(size, out)
        others = self._axes.replace(axis, "")
        if step:
            self._arrange(axis + others, f"{axis}_first")
            shape = self._shape()
            self._reshape((1, size, 1, shape[2] * shape[3]), f"{axis}_lines")
            self._weigh(axis, parts, lambda name, part, bias: self._strides(name, part, bias, step))
            self._reshape((1, out, *shape[2:]), f"{axis}_done")
        else:
            self._arrange(others + axis, f"{axis}_last")
            self._weigh(axis, parts, self._product)

    def _weigh(
        self,
        axis: str,
        parts: triangle.Matrices,
        multiply: Callable[[str, np.ndarray, float], None],
    ) -> None:
        source, low = self._last, None
        if parts.low is not None:
            multiply(f"{axis}_low", parts.low, 0.0)
            self._floor(f"{axis}_low_whole")
            unit = self._constant(f"{axis}_low_unit", np.full((), parts.low_scale, np.float32))
            self._elementwise("MUL", unit, f"{axis}_low_part", schema.MulOptionsT())
            low, self._last = self._last, source
        multiply(f"{axis}_high", parts.high, 0.5)
        if low is not None:
            self._elementwise("ADD", low, f"{axis}_sum", schema.AddOptionsT())
        self._floor(f"{axis}_round")

    def _strides(self, name: str, matrix: np.ndarray, bias: float, step: triangle.Step) -> None:
        """[1, size, 1, lines] -> [1, out, 1, lines], each line weighed by the same rows of a matrix.

        All rows but the first and the last, which the border cuts, are one row that moves on by `step.pixels`.
        """
        source, lines, out = self._last, self._shape()[3], len(matrix)
        pieces = []
        for part, (row, rows) in enumerate(((0, 1), (1, out - 2), (out - 1, 1))):
            first, taps = step.first[part], step.taps[part]
            length = (rows - 1) * step.pixels + taps
            self._last = source
            piece = f"{name}{part}"
            begin = [
                self._ints(f"{piece}_begin", (0, first, 0, 0)),
                self._ints(f"{piece}_size", (1, length, 1, lines)),
            ]
            shape = (1, length, 1, lines)
            self._add("SLICE", 1, begin, f"{piece}_in", shape, "float32", schema.SliceOptionsT())
            kernel = np.broadcast_to(
                matrix[row, first : first + taps, None], (taps, lines)
            ).reshape(1, taps, 1, lines)
            constants = [
                self._constant(f"{piece}_weights", kernel),
                self._constant(f"{piece}_bias", np.full(lines, bias)),
            ]
            options = schema.DepthwiseConv2DOptionsT()
            options.padding = schema.Padding.VALID
            options.strideH = options.strideW = step.pixels
            options.depthMultiplier = 1
            options.dilationHFactor = options.dilationWFactor = 1
            shape = (1, rows, 1, lines)
            self._add("DEPTHWISE_CONV_2D", 1, constants, piece, shape, "float32", options)
            pieces.append(self._last)
        join = schema.ConcatenationOptionsT()
        join.axis = 1
        self._last = pieces[0]
        shape = (1, out, 1, lines)
        self._add("CONCATENATION", 1, pieces[1:], name, shape, "float32", join)

    def _product(self, name: str, matrix: np.ndarray, bias: float) -> None:
        constants = [
            self._constant(f"{name}_weights", matrix),
            self._constant(f"{name}_bias", np.full(len(matrix), bias)),
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

    def _arrange(self, axes: str, name: str) -> None:
        """Transposes to another order of rows, columns and planes."""
        if axes == self._axes:
            return
        order = (0, *(1 + self._axes.index(axis) for axis in axes))
        shape = [self._shape()[axis] for axis in order]
        inputs = [self._ints(f"{name}_order", order)]
        self._add("TRANSPOSE", 1, inputs, name, shape, "float32", schema.TransposeOptionsT())
        self._axes = axes

    def _reshape(self, shape: Sequence[int], name: str) -> None:
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        inputs = [self._ints(f"{name}_shape", shape)]
        self._add("RESHAPE", 1, inputs, name, shape, "float32", options)

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
