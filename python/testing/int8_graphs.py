"""Builds small int8 graphs, operator by operator, and runs them."""

from collections.abc import Sequence

import flatbuffers
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from model_press.tflite import delegation
from model_press.tflite.graph import Graph


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
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor("in", shape, quantization),
        _tensor("out", out_shape or shape, out_quantization or quantization),
    ]
    graph.operators = []
    graph.inputs, graph.outputs = [0], [1]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return Graph(bytes(builder.Output()))


def double(graph: Graph, source: int, target: int) -> None:
    """Append target = source + source, which XNNPACK runs."""
    options = schema.AddOptionsT()
    graph.operators.append(graph.operator("ADD", 2, [source, source], [target], options))


def outputs(data: bytes, delegate: bool, seed: int = 0) -> np.ndarray:
    """Return the output values (int64) for random inputs of the whole range, with or without XNNPACK."""
    runner = _load(data, delegate)
    details = runner.get_input_details()[0]
    codes = np.random.default_rng(seed).integers(-128, 128, details["shape"])
    runner.set_tensor(details["index"], codes.astype(np.int8))
    runner.invoke()
    found: np.ndarray = runner.get_tensor(runner.get_output_details()[0]["index"])
    return found.astype(np.int64)


def delegated(data: bytes) -> tuple[int, list[str]]:
    """Return (number of XNNPACK partitions, names of the operators outside)."""
    partitions, rest = delegation.partitions_and_rest(_load(data, True)._get_ops_details())
    return partitions, [operator["op_name"] for operator in rest]


def _load(data: bytes, delegate: bool) -> litert.Interpreter:
    resolver = litert.OpResolverType
    runner = litert.Interpreter(
        model_content=data,
        num_threads=1,
        experimental_op_resolver_type=resolver.AUTO
        if delegate
        else resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    runner.allocate_tensors()
    return runner


def _tensor(name: str, shape: Sequence[int], quantization: tuple[float, int]) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name = name
    tensor.shape = np.array(shape, np.int32)
    tensor.type = schema.TensorType.INT8
    tensor.quantization = schema.QuantizationParametersT()
    tensor.quantization.scale = np.array(quantization[:1], np.float32)
    tensor.quantization.zeroPoint = np.array(quantization[1:], np.int64)
    return tensor
