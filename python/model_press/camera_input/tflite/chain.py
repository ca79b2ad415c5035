"""Operators in front of a network: crop, the filters of a resize, colour order, normalisation, as XNNPACK runs them.

The antialiased filter weighs the lines of pixels along an axis. Where it shrinks by a whole number, every output pixel
weighs its line alike, but for the two at the border: that is a DEPTHWISE_CONV_2D with strides, and one for each end.
Elsewhere the weights are a matrix, and FULLY_CONNECTED multiplies with it. Either wants the pixels in another order,
hence the TRANSPOSE between. The upright frame's rows come first, as in Pillow, and each pass is rounded to whole pixel
values, half up. What follows then meets no rounding tie: int8 takes whole pixels at scale 1.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.camera_input import triangle
from model_press.camera_input.tflite.ports import PortGraph
from model_press.formats.normalization import Normalization

_NAME = "entry"


class Chain:
    """A chain of operators, each reading the previous one's output."""

    def __init__(self, graph: PortGraph, source: int):
        self.graph = graph
        self.last = source
        # Rows, columns, planes: the axes of the last tensor behind its batch of 1, in their order.
        self._axes = "rcp"
        self.operators: list[schema.OperatorT] = []

    def slice(self, begin: Sequence[int], size: Sequence[int], name: str = "crop") -> None:
        if tuple(size) == self.shape():
            return
        inputs = [self.ints(f"{name}_begin", begin), self.ints(f"{name}_size", size)]
        dtype = self.graph.dtype(self.last)
        self.add("SLICE", 1, inputs, name, size, dtype, schema.SliceOptionsT())

    def cast(self, name: str = "float") -> None:
        options = schema.CastOptionsT()
        options.inDataType, options.outDataType = schema.TensorType.UINT8, schema.TensorType.FLOAT32
        self.add("CAST", 1, [], name, self.shape(), "float32", options)

    def resize_nearest(self, height: int, width: int) -> None:
        options = schema.ResizeNearestNeighborOptionsT()
        self._resize("RESIZE_NEAREST_NEIGHBOR", height, width, "uint8", options)

    def resize_bilinear(self, height: int, width: int) -> None:
        options = schema.ResizeBilinearOptionsT()
        if not self._resize("RESIZE_BILINEAR", height, width, "float32", options):
            return
        half = self.constant("half", np.full((), 0.5))
        self.elementwise("ADD", half, "resize_half", schema.AddOptionsT())
        self.floor("resize_round")

    def resize_antialiased(self, height: int, width: int, turn: int = 0) -> None:
        """Resize to this size, upright after `turn` degrees clockwise; the upright frame's rows go first."""
        across, down = ("r", "c") if turn in (90, 270) else ("c", "r")
        self._resample(across, width, turn in (90, 180))
        self._resample(down, height, turn in (180, 270))
        self._arrange(f"{down}{across}p", "resize")

    def mix_channels(self, order: str, normalization: Normalization) -> None:
        """Normalise x = (pixel - mean) / std in the network's colour order by a 1x1 convolution."""
        wanted = normalization.color_order
        kernel = np.zeros((3, 1, 1, len(order)), np.float64)
        for channel, colour in enumerate(wanted):
            kernel[channel, 0, 0, order.index(colour)] = 1 / normalization.std[channel]
        bias = -np.asarray(normalization.mean, np.float64) / np.asarray(normalization.std)
        self.convolve("normalize", kernel, bias)

    def convolve(self, name: str, kernel: np.ndarray, bias: np.ndarray) -> None:
        """Convolve with [out, rows, columns, in], window beside window."""
        constants = [self.constant(f"{name}_weights", kernel), self.constant(f"{name}_bias", bias)]
        options = schema.Conv2DOptionsT()
        options.padding = schema.Padding.VALID
        out, options.strideH, options.strideW, _ = kernel.shape
        options.dilationHFactor = options.dilationWFactor = 1
        _, height, width, _ = self.shape()
        shape = (1, height // options.strideH, width // options.strideW, out)
        self.add("CONV_2D", 1, constants, name, shape, "float32", options)

    def end(self, target: int) -> None:
        """Let the last operator write `target`, quantised if `target` is."""
        if self.graph.dtype(target) != "float32":
            last = self.graph.operator(
                "QUANTIZE", 1, [self.last], [target], schema.QuantizeOptionsT()
            )
            self.operators.append(last)
        else:
            self.operators[-1].outputs = np.array([target], np.int32)

    def _resize(self, builtin: str, height: int, width: int, dtype: str, options: Any) -> bool:
        """Resize by one operator; return False where the size stays."""
        if self.shape()[1:3] == (height, width):
            return False
        options.halfPixelCenters = True
        shape = (1, height, width, self.shape()[3])
        self.add(builtin, 3, [self.ints("size", (height, width))], "resize", shape, dtype, options)
        return True

    def _resample(self, axis: str, out: int, reverse: bool) -> None:
        """Weigh the pixels along an axis, by a stride if every step has as many pixels, else by a matrix.

        reverse: the axis is turned round first.
        """
        size = self.shape()[1 + self._axes.index(axis)]
        if size == out:
            if reverse:
                self._reverse(axis)
            return
        parts, step = triangle.matrices(size, out), triangle.step(size, out)
        others = self._axes.replace(axis, "")
        if reverse and not (step and parts.is_symmetric):
            parts, step = parts.reversed(), None
            reverse = False
        if step:
            self._arrange(axis + others, f"{axis}_first")
            shape = self.shape()
            self.reshape((1, size, 1, shape[2] * shape[3]), f"{axis}_lines")
            self._weigh(axis, parts, lambda name, part, bias: self._strides(name, part, bias, step))
            self.reshape((1, out, *shape[2:]), f"{axis}_done")
            if reverse:
                self._reverse(axis)
        else:
            self._arrange(others + axis, f"{axis}_last")
            self._weigh(axis, parts, self._product)

    def _reverse(self, axis: str) -> None:
        # The delegate has no REVERSE; a product with ones in the other diagonal is as exact.
        self._arrange(self._axes.replace(axis, "") + axis, f"{axis}_last_again")
        self._product(f"{axis}_reverse", np.eye(self.shape()[3])[::-1], 0.0)

    def _weigh(
        self,
        axis: str,
        parts: triangle.Matrices,
        multiply: Callable[[str, np.ndarray, float], None],
    ) -> None:
        source, low = self.last, None
        if parts.low is not None:
            multiply(f"{axis}_low", parts.low, 0.0)
            self.floor(f"{axis}_low_whole")
            unit = self.constant(f"{axis}_low_unit", np.full((), parts.low_scale, np.float32))
            self.elementwise("MUL", unit, f"{axis}_low_part", schema.MulOptionsT())
            low, self.last = self.last, source
        multiply(f"{axis}_high", parts.high, 0.5)
        if low is not None:
            self.elementwise("ADD", low, f"{axis}_sum", schema.AddOptionsT())
        self.floor(f"{axis}_round")

    def _strides(self, name: str, matrix: np.ndarray, bias: float, step: triangle.Step) -> None:
        """Resize [1, size, 1, lines] to [1, out, 1, lines], each line weighed by the same rows of a matrix.

        All rows but the first and the last, which the border cuts, are one row that moves on by `step.pixels`.
        """
        source, lines, out = self.last, self.shape()[3], len(matrix)
        pieces = []
        for part, (row, rows) in enumerate(((0, 1), (1, out - 2), (out - 1, 1))):
            first, taps = step.first[part], step.taps[part]
            length = (rows - 1) * step.pixels + taps
            self.last = source
            piece = f"{name}{part}"
            begin = [
                self.ints(f"{piece}_begin", (0, first, 0, 0)),
                self.ints(f"{piece}_size", (1, length, 1, lines)),
            ]
            shape = (1, length, 1, lines)
            self.add("SLICE", 1, begin, f"{piece}_in", shape, "float32", schema.SliceOptionsT())
            kernel = np.broadcast_to(
                matrix[row, first : first + taps, None], (taps, lines)
            ).reshape(1, taps, 1, lines)
            constants = [
                self.constant(f"{piece}_weights", kernel),
                self.constant(f"{piece}_bias", np.full(lines, bias)),
            ]
            options = schema.DepthwiseConv2DOptionsT()
            options.padding = schema.Padding.VALID
            options.strideH = options.strideW = step.pixels
            options.depthMultiplier = 1
            options.dilationHFactor = options.dilationWFactor = 1
            shape = (1, rows, 1, lines)
            self.add("DEPTHWISE_CONV_2D", 1, constants, piece, shape, "float32", options)
            pieces.append(self.last)
        join = schema.ConcatenationOptionsT()
        join.axis = 1
        self.last = pieces[0]
        shape = (1, out, 1, lines)
        self.add("CONCATENATION", 1, pieces[1:], name, shape, "float32", join)

    def _product(self, name: str, matrix: np.ndarray, bias: float) -> None:
        constants = [
            self.constant(f"{name}_weights", matrix),
            self.constant(f"{name}_bias", np.full(len(matrix), bias)),
        ]
        options = schema.FullyConnectedOptionsT()
        options.keepNumDims = True
        shape = (*self.shape()[:3], len(matrix))
        self.add("FULLY_CONNECTED", 5, constants, name, shape, "float32", options)

    def elementwise(self, builtin: str, other: int, name: str, options: object) -> None:
        self.add(builtin, 1, [other], name, self.shape(), "float32", options)

    def constant(self, name: str, values: np.ndarray) -> int:
        return self.graph.add_float_constant(f"{_NAME}/{name}", values.astype(np.float32))

    def floor(self, name: str) -> None:
        self.add("FLOOR", 1, [], name, self.shape(), "float32", None)

    def _arrange(self, axes: str, name: str) -> None:
        """Transpose to another order of rows, columns and planes."""
        if axes == self._axes:
            return
        order = (0, *(1 + self._axes.index(axis) for axis in axes))
        shape = [self.shape()[axis] for axis in order]
        inputs = [self.ints(f"{name}_order", order)]
        self.add("TRANSPOSE", 1, inputs, name, shape, "float32", schema.TransposeOptionsT())
        self._axes = axes

    def reshape(self, shape: Sequence[int], name: str) -> None:
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        inputs = [self.ints(f"{name}_shape", shape)]
        self.add("RESHAPE", 1, inputs, name, shape, "float32", options)

    def shape(self) -> tuple[int, ...]:
        return self.graph.shape(self.last)

    def ints(self, name: str, values: Sequence[int]) -> int:
        return self.graph.add_integers(f"{_NAME}/{name}", values)

    def add(
        self,
        builtin: str,
        version: int,
        inputs: Sequence[int],
        name: str,
        shape: Sequence[int],
        dtype: str,
        options: object | None,
    ) -> None:
        out = self.graph.add_value(f"{_NAME}/{name}", shape, dtype)
        self.operators.append(
            self.graph.operator(builtin, version, [self.last, *inputs], [out], options)
        )
        self.last = out
