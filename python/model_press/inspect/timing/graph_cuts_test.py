"""An operator, or a graph up to one, computes alone what it does inside."""

import mmap

import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from testing.tflite_bytes import Op, chain

from model_press.inspect.timing import graph_cuts
from model_press.tflite import reader, source

BROKEN, SMALL = "python/testing/broken.tflite", "python/testing/small.tflite"


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
    alone = _run(graph_cuts.one_operator(_mapped(path), 1, "RELU"), batch)
    np.testing.assert_array_equal(alone, np.maximum(batch, 0))


def test_every_operator_of_a_real_graph_stands_alone_with_its_constants():
    data = _mapped(BROKEN)
    operators = reader.parse(data, "m").operators
    for index, operator in enumerate(operators):
        cut = graph_cuts.one_operator(data, index, operator.name)
        parsed = reader.parse(cut, "cut")
        assert [o.name for o in parsed.operators] == [operator.name]
        model = litert.Interpreter(model_content=cut)
        model.allocate_tensors()
        model.invoke()


def test_equal_work_has_an_equal_key():
    data = _mapped(BROKEN)
    names = [o.name for o in reader.parse(data, "m").operators]
    graph = schema.Model.GetRootAs(data, 0).Subgraphs(0)
    keys = [graph_cuts.key(graph.Operators(i), graph) for i in range(len(names))]
    assert max(keys.count(key) for key in keys) == 3  # the net's three equal convolutions
    for first, one in zip(names, keys, strict=True):
        assert all(
            second == first for second, other in zip(names, keys, strict=True) if other == one
        )


def test_control_flow_does_not_stand_alone():
    assert graph_cuts.one_operator(_mapped(BROKEN), 0, "WHILE") is None


def test_every_prefix_ends_in_what_the_whole_has_there():
    operators = reader.read(SMALL).operators
    whole = litert.Interpreter(model_path=SMALL, experimental_preserve_all_tensors=True)
    whole.allocate_tensors()
    detail = whole.get_input_details()[0]
    batch = np.random.default_rng(0).integers(0, 256, detail["shape"]).astype(detail["dtype"])
    whole.set_tensor(detail["index"], batch)
    whole.invoke()
    for count in range(1, len(operators) + 1):
        with source.opened(SMALL) as (data, _):
            model = litert.Interpreter(model_content=graph_cuts.prefix(data, count))
        model.allocate_tensors()
        model.set_tensor(model.get_input_details()[0]["index"], batch)
        model.invoke()
        outputs = model.get_output_details()
        assert operators[count - 1].outputs[0] in {o["index"] for o in outputs}
        for output in outputs:
            np.testing.assert_array_equal(
                model.get_tensor(output["index"]), whole.get_tensor(output["index"])
            )


def test_a_prefix_keeps_its_own_weights_only():
    with source.opened(SMALL) as (data, file):
        count = len(file.operators)
        sizes = [len(graph_cuts.prefix(data, n)) for n in (1, count // 2, count)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1] / 2
