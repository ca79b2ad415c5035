"""Puts the activation ranges that a training learned in the place of calibrated ones.

The converter quantises a float .tflite whose tensors carry the smallest and largest value that calibration saw. Here
these are replaced before it does, so what comes out is the graph of any int8 variant, at the ranges of its training.
Calibration still gives the ranges of what training does not see: the normalisation of raw pixels, for one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.formats.errors import UserError
from model_press.formats.model_info import ActivationRange
from model_press.process.tf_quiet import tensorflow
from model_press.tflite.graph import Graph

# Keras 3 numbers the scopes of a model that is traced for the second time.
_SUFFIXES = ("", "_1", "_2")
# What computes an activation that no convolution has fused; its ranges are fixed by the converter.
_ACTIVATIONS = ("LOGISTIC", "SOFTMAX", "TANH")


def use(converter: Any, ranges: Sequence[ActivationRange]) -> None:
    """Make a TFLiteConverter that calibrates quantise at these ranges.

    `convert` then raises UserError if a range belongs to no tensor of the graph.
    """
    tensorflow()
    from tensorflow.lite.python.convert import mlir_quantize

    quantize: Callable[..., Any] = converter._quantize

    def at_learned_ranges(model: Any, input_type: Any, output_type: Any, *others: Any) -> Any:
        converter._experimental_calibrate_only = True
        calibrated = quantize(model, input_type, output_type, *others)
        return mlir_quantize(
            put(bytes(calibrated), ranges),
            input_data_type=input_type,
            output_data_type=output_type,
            disable_per_channel_for_dense_layers=(
                converter._experimental_disable_per_channel_quantization_for_dense_layers
            ),
        )

    converter._quantize = at_learned_ranges


def put(data: bytes, ranges: Sequence[ActivationRange]) -> bytes:
    """Return a float .tflite with its tensors' `min` and `max` set to the ranges.

    Raises:
      UserError: a range belongs to no tensor of the graph.
    """
    graph = Graph(data)
    places = [_Places(graph, ranges, suffix) for suffix in _SUFFIXES]
    best = min(places, key=lambda each: len(each.missing))
    if best.missing:
        lost = best.missing[0]
        raise UserError(
            f"the converted graph has no tensor for the learned range of layer {lost.layer} ({lost.part}); "
            "use recipe int8 without the compression for this model"
        )
    for index, each in best.found.items():
        tensor = graph.tensors[index]
        statistics = tensor.quantization or schema.QuantizationParametersT()
        tensor.quantization = statistics
        statistics.min = np.array([each.min], np.float32)
        statistics.max = np.array([each.max], np.float32)
    return graph.dump()


class _Places:
    """Which tensor each range belongs to, if every layer's name has this suffix in the tensors' names.

    Attributes:
      found: tensor to range.
      missing: ranges without a tensor, except of layers that were fused into another.
    """

    def __init__(self, graph: Graph, ranges: Sequence[ActivationRange], suffix: str):
        wanted = {(each.layer, each.part): each for each in ranges}
        layers = {each.layer + suffix: each.layer for each in ranges}
        tensors: dict[tuple[str, str], int] = {}
        fused: set[str] = set()
        for operator in graph.operators:
            target = int(operator.outputs[0])
            first, *others = graph.text_name(target).split(";")
            fused.update(_layer(name, layers) or "" for name in others)
            layer = _layer(first, layers)
            if layer is None or graph.name(operator) in _ACTIVATIONS:
                continue
            part = "output"
            if graph.name(operator) == "DEPTHWISE_CONV_2D" and (layer, "depthwise") in wanted:
                part = "depthwise"
            elif (layer, "linear") in wanted:
                part = "linear"
            # Of a layer that became several operators the last one writes its result.
            tensors[layer, part] = target
        self.found = {tensors[key]: wanted[key] for key in tensors if key in wanted}
        self.missing = [
            each for key, each in wanted.items() if key not in tensors and each.layer not in fused
        ]


def _layer(name: str, layers: dict[str, str]) -> str | None:
    """Return the layer in a tensor's name, such as conv of "model/conv/BiasAdd"; a model may have a layer's name."""
    parts = name.split("/")
    for part in parts[1:] if len(parts) > 2 else parts:
        if part in layers:
            return layers[part]
    return None
