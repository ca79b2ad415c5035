"""Truncates a graph after an operator, to time the part before it as it runs in the whole."""

import mmap

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.inspect.constants import buffer_bytes
from model_press.inspect.timing import one_operator

_NO_BYTES = np.empty(0, np.uint8)


def cut(data: mmap.mmap, count: int) -> bytes:
    """Return a .tflite with the first `count` (1 or more) operators of the main graph.

    Its outputs are the tensors that none of these reads, its weights those that they use. For files with one graph.
    """
    source = schema.Model.GetRootAs(data, 0)
    made = schema.ModelT()
    made.version = source.Version()
    made.operatorCodes = [
        schema.OperatorCodeT.InitFromObj(source.OperatorCodes(i))
        for i in range(source.OperatorCodesLength())
    ]
    graph = schema.SubGraphT.InitFromObj(source.Subgraphs(0))
    graph.operators = graph.operators[:count]
    read = {int(i) for op in graph.operators for i in op.inputs}
    written = [int(i) for op in graph.operators for i in op.outputs]
    graph.outputs = [i for i in written if i not in read]
    used = read.union(written)
    made.buffers = [schema.BufferT()]
    for index, tensor in enumerate(graph.tensors):
        raw = buffer_bytes(data, source, tensor.buffer) if index in used else _NO_BYTES
        one_operator.give_constant(made, tensor, raw)
    made.subgraphs = [graph]
    return one_operator.packed(made)
