"""FULLY_CONNECTED version 12 (one weight scale a channel, float activations) -> version 3 and a MUL by the scales.

TensorFlow 2.21 gives the dense layers of a dynamic-range model a scale for each channel, and so an operator version
that runtimes before 2.17 refuse: the Android app's 2.16.1 does not load such a model. The codes of the weights stay;
the layer computes with the largest scale, a MUL by scale / largest corrects each channel, and an ADD brings back bias
and activation. The kernel quantises the activations as before, so results differ by float rounding only. With
`per_channel_dense` false in the recipe the version is 3, too, but the weights get one scale and other codes.
"""

import copy

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

# Versions as TensorFlow gives them to float inputs and int8 weights of one scale.
_HYBRID, _HYBRID_ASYMMETRIC = 3, 9


def rewrite(graph: Graph) -> int:
    """Replace the operators that have such a form; return how many."""
    done = 0
    for old in graph.named("FULLY_CONNECTED"):
        source, weights, target = int(old.inputs[0]), int(old.inputs[1]), int(old.outputs[0])
        scales = _channel_scales(graph, source, weights, target)
        if scales is None:
            continue
        largest = float(scales.max())
        codes = graph.int8_values(weights)
        single = graph.add_constant(graph.part_name(target, "weights"), codes, largest)
        plain = graph.add_float(graph.part_name(target, "product"), graph.shape(target))
        options = copy.copy(old.builtinOptions)
        activation, options.fusedActivationFunction = (
            options.fusedActivationFunction,
            schema.ActivationFunctionType.NONE,
        )
        version = _HYBRID_ASYMMETRIC if options.asymmetricQuantizeInputs else _HYBRID
        # Without a bias, as a third input -1: two inputs would be version 6.
        new = [graph.operator("FULLY_CONNECTED", version, [source, single, -1], [plain], options)]
        corrections = graph.add_float_constant(
            graph.part_name(target, "scales"), (scales / largest).astype(np.float32)
        )
        bias = int(old.inputs[2]) if len(old.inputs) > 2 else -1
        mul = schema.MulOptionsT()
        if bias < 0:
            mul.fusedActivationFunction = activation
            new.append(graph.operator("MUL", 1, [plain, corrections], [target], mul))
        else:
            scaled = graph.add_float(graph.part_name(target, "scaled"), graph.shape(target))
            new.append(graph.operator("MUL", 1, [plain, corrections], [scaled], mul))
            add = schema.AddOptionsT()
            add.fusedActivationFunction = activation
            new.append(graph.operator("ADD", 1, [scaled, bias], [target], add))
        graph.replace(old, new)
        done += 1
    return done


def _channel_scales(graph: Graph, source: int, weights: int, target: int) -> np.ndarray | None:
    """Return the scales of int8 weights, one a channel, with float activations; else None."""
    info = graph.tensors[weights]
    if info.type != schema.TensorType.INT8 or not graph.is_constant(weights):
        return None
    if not graph.is_float(source, target):
        return None
    quantization = info.quantization
    if quantization is None or quantization.scale is None or len(quantization.scale) < 2:
        return None
    if quantization.quantizedDimension != 0 or np.any(quantization.zeroPoint):
        return None
    return np.asarray(quantization.scale, np.float64)
