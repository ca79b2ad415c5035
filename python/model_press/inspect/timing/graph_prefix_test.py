"""A graph cut off after an operator computes what the whole has there."""

import numpy as np
from ai_edge_litert import interpreter as litert

from model_press.inspect.timing import graph_prefix
from model_press.tflite import reader, source

SMALL = "python/testing/small.tflite"


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
            model = litert.Interpreter(model_content=graph_prefix.cut(data, count))
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
        sizes = [len(graph_prefix.cut(data, n)) for n in (1, count // 2, count)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1] / 2
