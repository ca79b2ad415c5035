"""Stand-alone RELU, RELU6 and RELU_N1_TO_1 -> an operator that XNNPACK runs in int8.

XNNPACK has these activations in float only, so an int8 one that the converter could not fuse (its input is read twice:
after the Add of a residual block) stays in a single-threaded reference kernel and cuts the delegate's graph in two.

Int8 saturates. Where the output's range ends where the activation clips, requantising to the output's scale *is* the
activation, to the bit: at zero point -128 no code is left for what is below 0. The converter's calibration makes every
ReLU's output so. Elsewhere an Add of a constant 0 with the activation fused does it, at any scales and rank.

Against a 1x1 max-pooling with the activation fused, which XNNPACK runs too: pooling needs equal scales at both ends, so
the output would spend half of its codes on negative numbers, and a tensor of rank 4.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

_INFINITY = float("inf")
_ACTIVATIONS = {
    "RELU": (0.0, _INFINITY, schema.ActivationFunctionType.RELU),
    "RELU6": (0.0, 6.0, schema.ActivationFunctionType.RELU6),
    "RELU_N1_TO_1": (-1.0, 1.0, schema.ActivationFunctionType.RELU_N1_TO_1),
}
# What XNNPACK takes as input scale / output scale of an int8 QUANTIZE.
_MIN_RATIO, _MAX_RATIO = 1 / 256, 128
# The activation may clip this part of a code beyond the last one: rounding comes to the same.
_EDGE = 0.5


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named(*_ACTIVATIONS):
        source, target = int(old.inputs[0]), int(old.outputs[0])
        if not graph.is_int8(source, target):
            continue
        (in_scale, _), (scale, zero_point) = map(graph.quantization, (source, target))
        if not _MIN_RATIO <= in_scale / scale <= _MAX_RATIO:
            continue
        low, high, fused = _ACTIVATIONS[graph.name(old)]
        if low / scale + zero_point < -128 + _EDGE and high / scale + zero_point > 127 - _EDGE:
            new = graph.quantize(source, target)
        else:
            options = schema.AddOptionsT()
            options.fusedActivationFunction = fused
            zero = graph.add_constant(graph.part_name(target, "zero"), np.zeros((), np.int8), scale)
            new = graph.operator("ADD", 2, [source, zero], [target], options)
        graph.replace(old, [new])
        done += 1
    return done
