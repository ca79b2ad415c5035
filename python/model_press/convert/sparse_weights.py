"""Stores pruned weights sparsely: zeros are left out, and the places of the rest are stored with them.

Measured on the digits net, of the dense file: float32 0.68 at half zeros; int8 1.18 at half, 0.65 at 80 %. XNNPACK
(LiteRT 2.3) refuses sparse int8 weights, so recipes do not offer these. Sparse float weights it expands when it loads
the model: the file is smaller, memory and latency are not.
"""

import numpy as np

from model_press.formats.errors import UserError
from model_press.process.tf_quiet import capture_stderr, tensorflow
from model_press.tflite import reader
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import Interpreter

# A sparse file may be this part of the dense one.
_WORTH_IT = 0.9


def encode(data: bytes) -> bytes:
    """Return a .tflite file with its zeros left out.

    Raises:
      UserError: the file would not shrink, or the default delegate cannot load it.
    """
    tensorflow()
    from tensorflow.lite.python.convert import mlir_sparsify

    with capture_stderr():
        encoded = bytes(mlir_sparsify(data))
    if len(encoded) > _WORTH_IT * len(data):
        raise UserError(
            f"sparse encoding makes {len(encoded):,} bytes of {len(data):,}, which is not worth it: {zeros(data):.0%} "
            "of the weights are zeros, and the places of the others are stored too; prune half or more (compression "
            "pruned50 or pruned80), or use weights float32"
        )
    try:
        Interpreter(encoded)
    except UserError as error:
        raise UserError(
            f"with sparse weights the default delegate of LiteRT cannot load the model ({error}); use weights float32"
        ) from error
    reader.parse(encoded, "the sparse model")
    return encoded


def zeros(data: bytes) -> float:
    """Return the share of zeros among the weights of a dense .tflite's convolutions and dense layers."""
    graph = Graph(data)
    found = [
        graph.real_values(int(operator.inputs[1]))
        for operator in graph.named("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    ]
    values = [weights.ravel() for weights in found if weights is not None]
    return float((np.concatenate(values) == 0).mean()) if values else 0.0
