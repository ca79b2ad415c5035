"""Cuts a part out of a model into a model of its own to time it: one operator, or all up to one."""

import mmap
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.inspect.constants import buffer_bytes

# Operators that mean nothing without the rest of the graph: they call other subgraphs or hold state.
ENTANGLED = {"IF", "WHILE", "CALL_ONCE", "CALL", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}
_NO_BYTES = np.empty(0, np.uint8)


def key(node: schema.Operator, graph: schema.SubGraph) -> tuple[Any, ...]:
    """Return a key of an operator's work: kind, shapes and element types of all its tensors."""
    tensors = [
        (graph.Tensors(i).Type(), tuple(graph.Tensors(i).ShapeAsNumpy()))
        if _has_shape(graph, i)
        else None
        for i in [*_ints(node, "Inputs"), *_ints(node, "Outputs")]
    ]
    return (node.OpcodeIndex(), *tensors)


def one_operator(data: mmap.mmap, index: int, name: str) -> bytes | None:
    """Return a .tflite with only operator `index` of the main graph, or None if it needs the others.

    Its constants come along; its other inputs become the model's inputs.
    """
    if name in ENTANGLED:
        return None
    model = schema.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    node = graph.Operators(index)
    code = schema.OperatorCodeT.InitFromObj(model.OperatorCodes(node.OpcodeIndex()))
    made = schema.ModelT(model.Version(), [code], buffers=[schema.BufferT()])
    only = schema.SubGraphT(tensors=[], inputs=[])
    new: dict[int, int] = {-1: -1}
    for old in [*_ints(node, "Inputs"), *_ints(node, "Outputs")]:
        if old in new:
            continue
        tensor = schema.TensorT.InitFromObj(graph.Tensors(old))
        if tensor.isVariable or tensor.type == schema.TensorType.STRING:
            return None
        raw = buffer_bytes(data, model, tensor.buffer)
        new[old] = len(only.tensors)
        only.tensors.append(tensor)
        _give_constant(made, tensor, raw)
        if not raw.size and old in _ints(node, "Inputs"):
            only.inputs.append(new[old])
    alone = schema.OperatorT.InitFromObj(node)
    alone.opcodeIndex = 0
    alone.inputs = [new[i] for i in _ints(node, "Inputs")]
    alone.outputs = [new[i] for i in _ints(node, "Outputs")]
    only.outputs = list(alone.outputs)
    only.operators = [alone]
    made.subgraphs = [only]
    return packed(made)


def prefix(data: mmap.mmap, count: int) -> bytes:
    """Return a .tflite with the first `count` (1 or more) operators of the main graph.

    Its outputs are the tensors that none of these reads, its weights those that they use. For files with one graph.
    """
    source = schema.Model.GetRootAs(data, 0)
    codes = [
        schema.OperatorCodeT.InitFromObj(source.OperatorCodes(i))
        for i in range(source.OperatorCodesLength())
    ]
    graph = schema.SubGraphT.InitFromObj(source.Subgraphs(0))
    graph.operators = graph.operators[:count]
    read = {int(i) for op in graph.operators for i in op.inputs}
    written = [int(i) for op in graph.operators for i in op.outputs]
    graph.outputs = [i for i in written if i not in read]
    used = read.union(written)
    made = schema.ModelT(source.Version(), codes, [graph], buffers=[schema.BufferT()])
    for index, tensor in enumerate(graph.tensors):
        raw = buffer_bytes(data, source, tensor.buffer) if index in used else _NO_BYTES
        _give_constant(made, tensor, raw)
    return packed(made)


def _give_constant(made: schema.ModelT, tensor: schema.TensorT, raw: np.ndarray) -> None:
    """Set the constant bytes (uint8) of a tensor of `made`; without bytes, it has no constant."""
    tensor.buffer = 0
    if raw.size:
        made.buffers.append(schema.BufferT())
        made.buffers[-1].data = raw
        tensor.buffer = len(made.buffers) - 1


def packed(made: schema.ModelT) -> bytes:
    """Return the bytes of the .tflite."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(made.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def random_input(shape: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Return an input to time with. Index-like integers (32 and 64 bits) are 0: any other may be out of range."""
    kind = np.dtype(dtype)
    rng = np.random.default_rng(0)
    if kind.kind == "f":
        return rng.normal(size=shape).astype(kind)
    if kind.kind in "iu" and kind.itemsize < 4:
        limits = np.iinfo(kind)
        return rng.integers(limits.min, limits.max + 1, shape).astype(kind)
    return np.zeros(shape, kind)


def _has_shape(graph: schema.SubGraph, index: int) -> bool:
    return index >= 0 and graph.Tensors(index).ShapeLength() > 0


def _ints(node: schema.Operator, field: str) -> list[int]:
    get, length = getattr(node, field), getattr(node, field + "Length")()
    return [get(i) for i in range(length)]
