"""Turns operators of an int8 graph back to float, with the float model's weights.

Between two of them no code is left: what one computes the other reads. At the border to the rest of the graph stand
QUANTIZE and DEQUANTIZE, which XNNPACK runs, too.
"""

from collections.abc import Iterable

from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

# What has the same options in float, and the version of it there.
VERSIONS = {
    "ADD": 1,
    "AVERAGE_POOL_2D": 1,
    "CONCATENATION": 1,
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 1,
    "FULLY_CONNECTED": 1,
    "HARD_SWISH": 1,
    "LOGISTIC": 1,
    "MAX_POOL_2D": 1,
    "MEAN": 1,
    "MUL": 1,
    "RELU": 1,
    "RELU6": 1,
    "SUB": 1,
}
# Input that holds the weights.
_WEIGHTS = {"CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "FULLY_CONNECTED": 1}


def is_layer(graph: Graph, operator: schema.OperatorT) -> bool:
    """Return whether it is a convolution or a dense layer with int8 inputs, outputs and constant weights."""
    name = graph.name(operator)
    if name not in _WEIGHTS or not graph.is_int8(int(operator.inputs[0]), int(operator.outputs[0])):
        return False
    return graph.is_constant(int(operator.inputs[_WEIGHTS[name]]))


def is_convertible(graph: Graph, operator: schema.OperatorT) -> bool:
    """Return whether `convert` takes it."""
    return graph.name(operator) in VERSIONS and graph.is_int8(
        *(int(t) for t in operator.inputs if t >= 0 and not graph.is_constant(int(t))),
        *map(int, operator.outputs),
    )


def convert(graph: Graph, operators: Iterable[schema.OperatorT], float_model: Graph) -> None:
    """Replace operators by their float forms.

    Args:
      graph: the int8 graph, changed in place.
      operators: of `graph`, each convertible.
      float_model: the float graph of the same model, whose weights are taken; where no layer of it has
        the same output name and shape of weights, the int8 weights' values are.
    """
    chosen = {id(operator) for operator in operators}
    donors = {_stem(float_model, operator): operator for operator in float_model.named(*_WEIGHTS)}
    twins: dict[int, int] = {}
    for old in [operator for operator in graph.operators if id(operator) in chosen]:
        target = int(old.outputs[0])
        new, inputs = [], []
        for position, tensor in enumerate(map(int, old.inputs)):
            if tensor in twins or tensor < 0:
                inputs.append(twins.get(tensor, tensor))
            elif graph.is_constant(tensor):
                inputs.append(_constant(graph, old, position, donors, float_model))
            else:
                name = graph.part_name(target, f"input{position}")
                value, dequantize = graph.dequantize(tensor, name)
                inputs.append(value)
                new.append(dequantize)
        twins[target] = graph.add_float(graph.part_name(target, "float"), graph.shape(target))
        name = graph.name(old)
        new.append(
            graph.operator(name, VERSIONS[name], inputs, [twins[target]], old.builtinOptions)
        )
        readers = graph.consumers(target)
        if graph.is_output(target) or not all(id(reader) in chosen for reader in readers):
            new.append(graph.quantize(twins[target], target))
        graph.replace(old, new)


def _constant(
    graph: Graph,
    operator: schema.OperatorT,
    position: int,
    donors: dict[str, schema.OperatorT],
    float_model: Graph,
) -> int:
    tensor = int(operator.inputs[position])
    values = graph.real_values(tensor)
    if values is None:
        return tensor  # axes of a mean, and other integers
    donor = donors.get(_stem(graph, operator))
    if donor is not None and position == _WEIGHTS.get(graph.name(operator)):
        real = float_model.real_values(int(donor.inputs[position]))
        if real is not None and real.shape == values.shape:
            values = real
    return graph.add_float_constant(
        graph.part_name(int(operator.outputs[0]), f"constant{position}"), values
    )


def _stem(graph: Graph, operator: schema.OperatorT) -> str:
    # The converter adds a digit to keep names apart, another one in each graph.
    return graph.part_name(int(operator.outputs[0]), "").rstrip("/0123456789")
