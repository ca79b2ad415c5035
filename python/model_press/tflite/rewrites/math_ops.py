"""The operators of layer normalisation and `tf.math` -> operators that XNNPACK runs.

Measured, by the steps that remain of a graph: XNNPACK of TensorFlow Lite 2.16.1 (in the Android library) has SQRT, DIV
and NEG in float, but neither RSQRT nor a MEAN over channels; that of LiteRT 2.3 has these, too. In int8 it has no SQRT,
RSQRT, DIV or NEG, and no ADD or SUB whose input scale is 2^8 times its output's, or less than 2^-10 of it: so is the
epsilon that layer normalisation adds to a variance.

- RSQRT becomes 1 / SQRT.
- A float MEAN over the channels becomes FULLY_CONNECTED with weights 1 / channels.
- An int8 operator gets DEQUANTIZE and QUANTIZE around its float form, as in dequantized_ops.py; the scales stay.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

_INT8_ALWAYS = ("DIV", "NEG", "RSQRT", "SQRT")
_INT8_SCALED = ("ADD", "SUB")
# What XNNPACK takes as input scale / output scale of an int8 ADD or SUB: from, below.
_MIN_RATIO, _MAX_RATIO = 2.0**-10, 2.0**8


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named(*_INT8_ALWAYS, *_INT8_SCALED):
        if graph.is_int8(*map(int, (*old.inputs, *old.outputs))) and _is_slow(graph, old):
            graph.island(old, _reciprocal_root if graph.name(old) == "RSQRT" else None)
            done += 1
    for old in graph.named("RSQRT"):
        if graph.is_float(*old.inputs, *old.outputs):
            inputs, target = [int(tensor) for tensor in old.inputs], int(old.outputs[0])
            graph.replace(old, _reciprocal_root(graph, inputs, target))
            done += 1
    for old in graph.named("MEAN"):
        done += _mean_of_channels(graph, old)
    return done


def _is_slow(graph: Graph, operator: schema.OperatorT) -> bool:
    scale = graph.quantization(int(operator.outputs[0]))[0]
    ratios = [graph.quantization(int(tensor))[0] / scale for tensor in operator.inputs]
    beyond = any(not _MIN_RATIO <= ratio < _MAX_RATIO for ratio in ratios)
    return beyond or graph.name(operator) in _INT8_ALWAYS


def _reciprocal_root(graph: Graph, inputs: list[int], target: int) -> list[schema.OperatorT]:
    root = graph.add_float(graph.part_name(target, "root"), graph.shape(target))
    one = graph.add_float_constant(graph.part_name(target, "one"), np.ones((), np.float32))
    return [
        graph.operator("SQRT", 1, inputs, [root]),
        graph.operator("DIV", 1, [one, root], [target], schema.DivOptionsT()),
    ]


def _mean_of_channels(graph: Graph, old: schema.OperatorT) -> int:
    source, axes, target = int(old.inputs[0]), int(old.inputs[1]), int(old.outputs[0])
    rank = len(graph.shape(source))
    if not graph.is_float(source, target) or not old.builtinOptions.keepDims:
        return 0
    if [axis % rank for axis in graph.integers(axes)] != [rank - 1]:
        return 0
    channels = graph.shape(source)[-1]
    constants = [
        graph.add_float_constant(graph.part_name(target, name), values.astype(np.float32))
        for name, values in (
            ("share", np.full((1, channels), 1 / channels)),
            ("bias", np.zeros(1)),
        )
    ]
    options = schema.FullyConnectedOptionsT()
    options.keepNumDims = True
    new = graph.operator("FULLY_CONNECTED", 5, [source, *constants], [target], options)
    graph.replace(old, [new])
    return 1
