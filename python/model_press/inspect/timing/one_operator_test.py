"""An operator cut out of a model computes what it does inside."""

import mmap

import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from testing.tflite_bytes import Op, chain

from model_press.inspect.timing import one_operator
from model_press.tflite import reader

BROKEN = "python/testing/broken.tflite"


def _mapped(path):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _run(content: bytes, batch: np.ndarray) -> np.ndarray:
    model = litert.Interpreter(model_content=content)
    model.allocate_tensors()
    model.set_tensor(model.get_input_details()[0]["index"], batch)
    model.invoke()
    return model.get_tensor(model.get_output_details()[0]["index"])


def test_a_float_operator_alone_computes_the_same(tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(chain(Op("NEG"), Op("RELU")))
    batch = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    alone = _run(one_operator.cut(_mapped(path), 1, "RELU"), batch)
    np.testing.assert_array_equal(alone, np.maximum(batch, 0))


def test_every_operator_of_a_real_graph_stands_alone_with_its_constants():
    data = _mapped(BROKEN)
    operators = reader.parse(data, "m").operators
    for index, operator in enumerate(operators):
        cut = one_operator.cut(data, index, operator.name)
        parsed = reader.parse(cut, "cut")
        assert [o.name for o in parsed.operators] == [operator.name]
        model = litert.Interpreter(model_content=cut)
        model.allocate_tensors()
        model.invoke()


def test_equal_work_has_an_equal_key():
    data = _mapped(BROKEN)
    names = [o.name for o in reader.parse(data, "m").operators]
    graph = schema.Model.GetRootAs(data, 0).Subgraphs(0)
    keys = [one_operator.key(graph.Operators(i), graph) for i in range(len(names))]
    assert max(keys.count(key) for key in keys) == 3  # the net's three equal convolutions
    for first, one in zip(names, keys, strict=True):
        assert all(
            second == first for second, other in zip(names, keys, strict=True) if other == one
        )


def test_control_flow_does_not_stand_alone():
    assert one_operator.cut(_mapped(BROKEN), 0, "WHILE") is None
