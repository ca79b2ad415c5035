"""Stores the weights of an int8 graph's convolutions in four bits, two in a byte.

Done on the int8 graph, so that its bytes in and out, its activations and its rewrites stay. What ai-edge-quantizer 0.10
writes is for newer runtimes than apps ship. Measured on the digits net:
- float activations (dynamic_wi4_afp32): TensorFlow Lite 2.14, 2.16.1 and LiteRT 1.0.1 load it and answer at random,
  without a word. Right from LiteRT 1.1.2 on.
- weights alone (weight_only_wi4_afp32): refused by 2.14 and 2.16.1.
- int8 activations, all layers (static, 4-bit weights): FULLY_CONNECTED is refused by 2.14, 2.16.1 and LiteRT 1.0.1.
- blocks of 32 (BLOCKWISE_32): dense layers only; ends the process or answers at random up to LiteRT 1.2.0.
What all of them run is CONV_2D of int8 by int4, version 7, which is what is written here. XNNPACK does not have it
(LiteRT 2.3): int4 saves size, and costs time.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.formats.errors import UserError
from model_press.tflite.graph import Graph

VERSION = 7  # of CONV_2D, for int8 inputs and int4 weights
_LARGEST = 7  # codes -7..7: symmetric
# Below this the scales and what is lost count more than the bytes saved; it is dynamic range's limit too.
_MIN_WEIGHTS = 1024
# Shares of the largest weight that is still a code of its own; beyond are clipped. The best of them is taken.
_CLIPS = np.linspace(1.0, 0.5, 11)


def store(data: bytes) -> bytes:
    """Return the graph with four-bit weights in every convolution of 1,024 weights or more.

    Raises:
      UserError: it has none.
    """
    graph = Graph(data)
    done = 0
    for operator in graph.named("CONV_2D"):
        source, weights = int(operator.inputs[0]), int(operator.inputs[1])
        values = graph.real_values(weights)
        grouped = values is not None and graph.shape(source)[3] != values.shape[3]
        if values is None or values.size < _MIN_WEIGHTS or grouped or not graph.is_int8(source):
            continue
        if not graph.is_sole(weights):
            continue
        codes, scales = quantise(values.reshape(len(values), -1))
        graph.set_constant(weights, schema.TensorType.INT4, pack(codes), scales)
        if len(operator.inputs) > 2 and int(operator.inputs[2]) >= 0:
            _rescale_bias(graph, operator, graph.quantization(source)[0] * scales)
        new = graph.operator(
            "CONV_2D", VERSION, operator.inputs, operator.outputs, operator.builtinOptions
        )
        graph.replace(operator, [new])
        done += 1
    if not done:
        raise UserError(
            f"weights int4: no convolution of the int8 graph has {_MIN_WEIGHTS:,} weights or more; use weights int8"
        )
    return graph.dump()


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return quantized values -7..7 and a scale for each row of float weights [rows, weights].

    The largest code stands for that share of a row's largest weight that makes its squared error smallest.
    """
    largest = np.maximum(np.abs(rows).max(axis=1), np.finfo(np.float32).tiny)
    best_error = np.full(len(rows), np.inf)
    best = np.ones(len(rows))
    for share in _CLIPS:
        scales = largest * share / _LARGEST
        error = ((_codes(rows, scales) * scales[:, None] - rows) ** 2).sum(axis=1)
        better = error < best_error
        best_error[better], best[better] = error[better], share
    scales = (largest * best / _LARGEST).astype(np.float32)
    return _codes(rows, scales).astype(np.int8), scales


def _codes(rows: np.ndarray, scales: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(rows / scales[:, None]), -_LARGEST, _LARGEST)


def pack(codes: np.ndarray) -> bytes:
    """Pack two values into each byte, the first in the lower half; an odd last one alone."""
    flat = codes.ravel().astype(np.uint8) & 0x0F
    flat = np.append(flat, np.zeros(flat.size % 2, np.uint8))
    return (flat[::2] | flat[1::2] << 4).tobytes()


def _rescale_bias(graph: Graph, operator: schema.OperatorT, scales: np.ndarray) -> None:
    """Rescale a bias, whose scales are those of the input times those of the weights."""
    bias = int(operator.inputs[2])
    values = graph.real_values(bias).astype(np.float64)
    codes = np.rint(values / scales).astype("<i4")
    if graph.is_sole(bias):
        graph.set_constant(bias, schema.TensorType.INT32, codes.tobytes(), scales)
        return
    own = graph.add_constant(graph.part_name(bias, "int4"), codes.astype(np.int32), 1.0)
    graph.set_constant(own, schema.TensorType.INT32, codes.tobytes(), scales)
    operator.inputs[2] = own
