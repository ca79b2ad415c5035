"""The graph survives being read and written, and constants lie where kernels may read them."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from testing import int8_graphs

from model_press.tflite import reader
from model_press.tflite.graph import Graph

_ALIGNMENT = 16


def _data() -> bytes:
    """in -> +in -> * constant [13] -> out, with a constant of an odd length before it."""
    graph = int8_graphs.empty((1, 5, 3, 13))
    graph.add_constant("odd", np.arange(7, dtype=np.int8), 1.0)
    weights = graph.add_constant("weights", np.arange(13, dtype=np.int8), 0.5, -1)
    middle = graph.add_activation("middle", (1, 5, 3, 13), 0.1, 0)
    int8_graphs.double(graph, 0, middle)
    options = schema.MulOptionsT()
    graph.operators.append(graph.operator("MUL", 2, [middle, weights], [1], options))
    return graph.dump()


def test_what_is_read_is_written():
    data = _data()
    again = Graph(data).dump()
    assert reader.parse(again, "again") == reader.parse(data, "first")
    np.testing.assert_array_equal(
        int8_graphs.outputs(again, delegate=False), int8_graphs.outputs(data, delegate=False)
    )
    assert Graph(again).dump() == again


def test_constants_are_aligned():
    data = _data()
    model = schema.Model.GetRootAs(data, 0)
    starts = []
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        if buffer.DataLength():
            starts.append(buffer._tab.Vector(buffer._tab.Offset(4)))
    assert len(starts) == 2
    assert [start % _ALIGNMENT for start in starts] == [0, 0]


def test_constants_hold_what_was_given():
    graph = Graph(_data())
    index = next(i for i, t in enumerate(graph.tensors) if t.name == b"weights")
    assert graph.is_constant(index) and not graph.is_constant(0)
    assert graph.quantization(index) == (0.5, -1)
    values = graph.add_float_constant("values", graph.real_values(index))
    assert graph.shape(values) == (13,)
    data = graph.dump()
    model = schema.Model.GetRootAs(data, 0)
    tensor = model.Subgraphs(0).Tensors(values)
    floats = model.Buffers(tensor.Buffer()).DataAsNumpy().view(np.float32)
    np.testing.assert_array_equal(floats, 0.5 * (np.arange(13) + 1))
    assert tensor.Type() == schema.TensorType.FLOAT32 and tensor.Quantization() is None


def test_an_operator_is_replaced_in_its_place():
    graph = Graph(_data())
    old = graph.named("ADD")[0]
    options = schema.AddOptionsT()
    new = [graph.operator("ADD", 2, old.inputs, old.outputs, options) for _ in range(2)]
    graph.replace(old, new)
    assert [graph.name(operator) for operator in graph.operators] == ["ADD", "ADD", "MUL"]
    assert graph.operators[:2] == new


def test_per_channel_and_float_tensors_are_not_int8():
    graph = Graph(_data())
    assert graph.is_int8(0, 1)
    assert not graph.is_int8(0, graph.add_float("float", (1, 2)))
    graph.tensors[1].quantization.scale = np.array([0.1, 0.2], np.float32)
    assert not graph.is_int8(1)
