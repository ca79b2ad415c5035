"""Writes .tflite files operator by operator, for graphs that the converter would not make."""

import dataclasses
from collections.abc import Callable

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


@dataclasses.dataclass(frozen=True)
class Op:
    """builtin: name in schema.BuiltinOperator, or "CUSTOM" with custom_code."""

    builtin: str
    version: int = 1
    custom_code: str | None = None


def chain(*ops: Op, dtype: str = "FLOAT32", constant: np.ndarray | None = None) -> bytes:
    """Return a model [1,8,8,3] -> op -> op -> ... of one element type; `constant` adds a data buffer.

    The operators need not be runnable: readers look at names, versions and types only.
    """
    model = schema.ModelT()
    model.version = 3
    model.description = "test"
    model.buffers = [schema.BufferT(), schema.BufferT()]
    model.buffers[1].data = np.frombuffer(
        b"\0" * 64 if constant is None else constant.tobytes(), np.uint8
    )
    model.operatorCodes = [_code(op) for op in ops]
    graph = schema.SubGraphT()
    graph.tensors = [_tensor(i, dtype) for i in range(len(ops) + 1)]
    graph.inputs, graph.outputs = [0], [len(ops)]
    graph.operators = [_operator(i) for i in range(len(ops))]
    model.subgraphs = [graph]
    return pack(model)


def pack(model: schema.ModelT) -> bytes:
    """Return a model's bytes."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def changed(data: bytes, change: Callable[[schema.ModelT], object]) -> bytes:
    """Return a .tflite whose unpacked model `change` has edited."""
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    change(model)
    return pack(model)


def bomb(rows: int, inputs: int = 0) -> bytes:
    """Return a model of `rows` operators that are one table, with `inputs` inputs: small, but large once it is read."""
    builder = flatbuffers.Builder(1 << 16)

    def vector(table: int, count: int) -> int:
        builder.StartVector(4, count, 4)
        for _ in range(count):
            builder.PrependUOffsetTRelative(table)
        end: int = builder.EndVector()
        return end

    tensors = builder.CreateNumpyVector(np.zeros(inputs, np.int32))
    schema.OperatorStart(builder)
    schema.OperatorAddInputs(builder, tensors)
    operators = vector(schema.OperatorEnd(builder), rows)
    schema.SubGraphStart(builder)
    schema.SubGraphAddOperators(builder, operators)
    graphs = vector(schema.SubGraphEnd(builder), 1)
    schema.OperatorCodeStart(builder)
    codes = vector(schema.OperatorCodeEnd(builder), 1)
    schema.ModelStart(builder)
    schema.ModelAddVersion(builder, 3)
    schema.ModelAddOperatorCodes(builder, codes)
    schema.ModelAddSubgraphs(builder, graphs)
    builder.Finish(schema.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


def _code(op: Op) -> schema.OperatorCodeT:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, op.builtin)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = op.version
    code.customCode = op.custom_code
    return code


def _tensor(index: int, dtype: str) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name = f"t{index}"
    tensor.shape = [1, 8, 8, 3]
    tensor.type = getattr(schema.TensorType, dtype)
    tensor.buffer = 0
    return tensor


def _operator(index: int) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.opcodeIndex = index
    operator.inputs, operator.outputs = [index], [index + 1]
    return operator
