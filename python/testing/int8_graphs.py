"""Builds small int8 graphs, operator by operator, and runs them."""

from collections.abc import Sequence

import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from model_press.tflite import delegation, reader
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import NO_DELEGATE, XNNPACK, Interpreter

from testing import tflite_bytes


def empty(
    shape: Sequence[int],
    out_shape: Sequence[int] | None = None,
    quantization: tuple[float, int] = (0.05, 3),
    out_quantization: tuple[float, int] | None = None,
) -> Graph:
    """Return a graph of int8 input tensor 0 and int8 output tensor 1, to which a test appends operators.

    Args:
      shape, out_shape: shapes of both; equal by default.
      quantization, out_quantization: (scale, zero point) of both; equal by default.
    """
    model = schema.ModelT()
    model.version = 3
    model.buffers = [schema.BufferT()]
    model.operatorCodes = []
    model.subgraphs = [schema.SubGraphT()]
    model.subgraphs[0].tensors, model.subgraphs[0].operators = [], []
    model.subgraphs[0].inputs, model.subgraphs[0].outputs = [0], [1]
    graph = Graph(tflite_bytes.pack(model))
    graph.add_activation("in", shape, *quantization)
    graph.add_activation("out", out_shape or shape, *(out_quantization or quantization))
    return graph


def empty_float(shape: Sequence[int], out_shape: Sequence[int] | None = None) -> Graph:
    """Return a graph of float input tensor 0 and float output tensor 1."""
    graph = empty(shape, out_shape)
    for tensor in graph.tensors:
        tensor.type, tensor.quantization = schema.TensorType.FLOAT32, None
    return graph


def integers(graph: Graph, name: str, values: Sequence[int]) -> int:
    """Append an int32 constant that is not quantized; return its index."""
    index = graph.add_constant(name, np.array(values, np.int32), 1.0)
    graph.tensors[index].quantization = None
    return index


def channels(
    graph: Graph, name: str, values: np.ndarray, scales: np.ndarray, dimension: int
) -> int:
    """Append an int8 or int32 constant with a scale for each position of a dimension; return its index."""
    index = graph.add_constant(name, values, 1.0)
    quantization = graph.tensors[index].quantization
    quantization.scale, quantization.quantizedDimension = scales.astype(np.float32), dimension
    quantization.zeroPoint = np.zeros(len(scales), np.int64)
    return index


def names(data: bytes) -> list[str]:
    """Return the names of a model's operators in execution order."""
    return [operator.name for operator in reader.parse(data, "test").operators]


def double(graph: Graph, source: int, target: int) -> None:
    """Append target = source + source, which XNNPACK runs."""
    options = schema.AddOptionsT()
    graph.operators.append(graph.operator("ADD", 2, [source, source], [target], options))


def outputs(data: bytes, delegate: bool, seed: int = 0) -> np.ndarray:
    """Return the output values (int64) for random inputs of the whole range, with or without XNNPACK."""
    runner = Interpreter(data, 1, XNNPACK if delegate else NO_DELEGATE)
    shape = reader.parse(data, "test").inputs[0].shape
    values = np.random.default_rng(seed).integers(-128, 128, shape)
    return runner.run(values.astype(np.int8)).astype(np.int64)


def delegated(data: bytes) -> tuple[int, list[str]]:
    """Return (number of XNNPACK partitions, names of the operators outside)."""
    runner = litert.Interpreter(model_content=data, num_threads=1)
    runner.allocate_tensors()
    partitions, rest = delegation.partitions_and_rest(runner._get_ops_details())
    return partitions, [operator["op_name"] for operator in rest]
