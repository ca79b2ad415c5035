"""Poolings that XNNPACK does not run in int8 -> depthwise convolutions of ones.

XNNPACK has no int8 AVERAGE_POOL_2D (Inception, DenseNet, NASNet), and no pooling at all whose stride exceeds its
window: the 1x1 pooling of stride 2 by which ResNetV2 and NASNet thin out a shortcut. Both are a depthwise convolution
whose every weight is 1, at scale 1 / window: its integer sum is exact, and only the last rounding can differ, by one
code at a tie.

An average over windows that padding cuts short has no such form, because the divisor changes at the border, and one
over more pixels than a depthwise kernel takes gains nothing: see dequantized_ops.py.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph
from model_press.tflite.rewrites import wide_depthwise


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        source, target = int(old.inputs[0]), int(old.outputs[0])
        pool = old.builtinOptions
        window = (pool.filterHeight, pool.filterWidth)
        # Of a window of one pixel, maximum and average are that pixel.
        is_sum = graph.name(old) == "AVERAGE_POOL_2D" or window == (1, 1)
        runs_as_it_is = graph.name(old) == "MAX_POOL_2D" and pool.strideH == pool.strideW == 1
        if not is_sum or runs_as_it_is or not graph.is_int8(source, target):
            continue
        if not windows_are_whole(graph, old) or window[0] * window[1] > wide_depthwise.MAX_TAPS:
            continue
        channels = graph.shape(source)[3]
        scale = 1 / (window[0] * window[1])
        ones = graph.add_constant(
            graph.part_name(target, "ones"), np.ones((1, *window, channels), np.int8), scale
        )
        # The kernel wants a bias.
        bias_scale = graph.quantization(source)[0] * scale
        bias = graph.add_constant(
            graph.part_name(target, "bias"), np.zeros(channels, np.int32), bias_scale
        )
        options = schema.DepthwiseConv2DOptionsT()
        options.padding = pool.padding
        options.fusedActivationFunction = pool.fusedActivationFunction
        options.strideH, options.strideW = pool.strideH, pool.strideW
        options.depthMultiplier = 1
        new = graph.operator("DEPTHWISE_CONV_2D", 3, [source, ones, bias], [target], options)
        graph.replace(old, [new])
        done += 1
    return done


def windows_are_whole(graph: Graph, pooling: schema.OperatorT) -> bool:
    """Return whether no window of a pooling reaches into the padding."""
    options = pooling.builtinOptions
    if options.padding == schema.Padding.VALID:
        return True
    source, target = graph.shape(int(pooling.inputs[0])), graph.shape(int(pooling.outputs[0]))
    strides = (options.strideH, options.strideW)
    windows = (options.filterHeight, options.filterWidth)
    return all(
        (target[1 + axis] - 1) * strides[axis] + windows[axis] <= source[1 + axis]
        for axis in (0, 1)
    )
