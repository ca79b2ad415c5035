"""Depthwise convolutions of more than 25 taps -> convolutions in groups of a few channels.

This one cuts no partition, it is slow inside: XNNPACK has depthwise kernels up to 5x5. A larger window (7x7 in NASNet)
runs as one matrix product per channel, which uses one lane of a vector register. Measured with AVX-512, int8,
111x111x32 at stride 2: 7x7 1.70 ms, 5x5 0.08 ms. As a convolution in groups of 8 or more channels, with zeros between
the channels of a group, 7x7 takes 0.2 ms. Its sums are the same integers; only the last rounding can differ, at a tie.

The weights take 8 to 16 times their bytes, which made NASNetMobile 8 % larger.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

# The largest window of XNNPACK's depthwise kernels.
MAX_TAPS = 25
# Channels in a group: enough to fill a register, few enough to keep the weights small.
_GROUPS = range(8, 17)


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named("DEPTHWISE_CONV_2D"):
        source, weights, *bias = (int(tensor) for tensor in old.inputs)
        target, depthwise = int(old.outputs[0]), old.builtinOptions
        if not graph.is_int8(source, target) or not graph.is_constant(weights):
            continue
        _, height, width, channels = graph.shape(weights)
        group = next((size for size in _GROUPS if channels % size == 0), None)
        if height * width <= MAX_TAPS or group is None or channels != graph.shape(source)[3]:
            continue
        codes = graph.int8_values(weights)
        grouped = np.zeros((channels, height, width, group), np.int8)
        for channel in range(channels):
            grouped[channel, :, :, channel % group] = codes[0, :, :, channel]
        name = graph.part_name(target, "grouped")
        filters = graph.add_int8_like(weights, name, grouped, dimension=0)
        options = schema.Conv2DOptionsT()
        for field in (
            "padding",
            "strideH",
            "strideW",
            "dilationHFactor",
            "dilationWFactor",
            "fusedActivationFunction",
        ):
            setattr(options, field, getattr(depthwise, field))
        # Version 6: fewer channels in a filter than in the input.
        new = graph.operator("CONV_2D", 6, [source, filters, *bias], [target], options)
        graph.replace(old, [new])
        done += 1
    return done
