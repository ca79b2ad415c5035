"""Graphs whose memory a person can count."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from model_press.camera_input.tflite.ports import PortGraph

from testing import int8_graphs


def chain(
    shape: Sequence[int],
    length: int,
    skip: bool = False,
    dynamic: bool = False,
    mean: bool = False,
    end: Literal["", "reshape", "mixture", "faint", "root", "zero", "two"] = "",
) -> bytes:
    """Return float32 max-poolings of 2x2 at stride 1, which need nothing besides their input and output.

    Args:
      shape: [N, H, W, C] of every tensor.
      length: number of poolings.
      skip: the first pooling's output is added to the last one's.
      dynamic: the batch may be resized.
      mean: the output is the mean over height and width.
      end: what else happens to the last tensor: "reshape" to its own shape as a constant, "mixture": the mean over the
        batch is added, "faint": the same, in a model of pixel values from 0 to 255: a 10,000th of each is added to a
        ramp from 0 to 1, "root": the square root, in a model of values from 0 on, "zero": everything times 0, "two":
        the one before it is an output, too.
    """
    graph = PortGraph(int8_graphs.empty(shape).dump())
    last = graph.input
    outputs = []
    for index in range(length):
        out = graph.add_float(f"net/pool{index}/MaxPool", shape)
        options = schema.Pool2DOptionsT()
        options.padding = schema.Padding.SAME
        options.strideH = options.strideW = 1
        options.filterHeight = options.filterWidth = 2
        graph.operators.append(graph.operator("MAX_POOL_2D", 1, [last], [out], options))
        outputs.append(out)
        last = out
    if skip:
        out = graph.add_float("net/add/add", shape)
        graph.operators.append(
            graph.operator("ADD", 1, [outputs[0], last], [out], schema.AddOptionsT())
        )
        last = out
    if mean:
        last = _mean(graph, last, (1, 2), (shape[0], 1, 1, shape[3]))
    if end == "reshape":
        out = graph.add_float("net/reshape/Reshape", shape)
        options = schema.ReshapeOptionsT()
        options.newShape = np.array(shape, np.int32)
        inputs = [last, graph.add_integers("shape", shape)]
        graph.operators.append(graph.operator("RESHAPE", 1, inputs, [out], options))
        last = out
    if end == "root":
        out = graph.add_float("net/root/Sqrt", shape)
        graph.operators.append(graph.operator("SQRT", 1, [last], [out], None))
        last = out
    if end in ("mixture", "faint"):
        out = graph.add_float("net/mixture/add", shape)
        inputs = [last, _mean(graph, last, (0,), (1, *shape[1:]))]
        graph.operators.append(graph.operator("ADD", 1, inputs, [out], schema.AddOptionsT()))
        last = out
    if end in ("faint", "zero"):
        value = np.full((), 1e-4 if end == "faint" else 0.0, np.float32)
        inputs = [last, graph.add_float_constant("factor", value)]
        last = graph.add_float("net/faint/mul", shape)
        graph.operators.append(graph.operator("MUL", 1, inputs, [last], schema.MulOptionsT()))
    if end == "faint":
        out = graph.add_float("net/faint/add", shape)
        ramp = np.linspace(0, 1, int(np.prod(shape[1:])), dtype=np.float32).reshape(1, *shape[1:])
        inputs = [last, graph.add_float_constant("ramp", ramp)]
        graph.operators.append(graph.operator("ADD", 1, inputs, [out], schema.AddOptionsT()))
        last = out
    graph.tensors[graph.input].type = schema.TensorType.FLOAT32
    graph.tensors[graph.input].quantization = None
    if dynamic:
        for tensor in graph.tensors:
            tensor.shapeSignature = np.array([-1, *shape[1:]], np.int32)
    graph.make_outputs({"out": last} | ({"other": outputs[-2]} if end == "two" else {}))
    return graph.dump()


def _mean(graph: PortGraph, tensor: int, axes: Sequence[int], shape: Sequence[int]) -> int:
    out = graph.add_float("net/mean/Mean", shape)
    options = schema.ReducerOptionsT()
    options.keepDims = True
    inputs = [tensor, graph.add_integers("axes", axes)]
    graph.operators.append(graph.operator("MEAN", 1, inputs, [out], options))
    return out


def dense(width: int, length: int) -> bytes:
    """Return a chain of float32 dense layers [width, width] of small random weights: all of its memory is weights."""
    graph = PortGraph(int8_graphs.empty((1, width)).dump())
    rng = np.random.default_rng(0)
    graph.tensors[graph.input].type = schema.TensorType.FLOAT32
    graph.tensors[graph.input].quantization = None
    last = graph.input
    for index in range(length):
        weights = rng.normal(size=(width, width), scale=width**-0.5).astype(np.float32)
        constant = graph.add_float_constant(f"net/dense{index}/kernel", weights)
        out = graph.add_float(f"net/dense{index}/MatMul", (1, width))
        options = schema.FullyConnectedOptionsT()
        graph.operators.append(
            graph.operator("FULLY_CONNECTED", 1, [last, constant, -1], [out], options)
        )
        last = out
    graph.make_outputs({"out": last})
    return graph.dump()
