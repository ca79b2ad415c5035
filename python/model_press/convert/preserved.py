"""Pruned weights are zero in the .tflite too, and clustered ones have as few values."""

from typing import Any

import numpy as np

from model_press.compress import kernels
from model_press.formats.errors import UserError
from model_press.tflite.graph import Graph

# More different weights than int8 codes are not clusters.
_MOST_CLUSTERS = 256


def check(data: bytes, model: Any) -> None:
    """Compare the kernels of a compressed Keras model with the weights of its .tflite.

    A kernel is found by its shape and by where its zeros are, so that no name has to survive the converter. Scales (of
    batch normalisation, of quantisation) differ between output channels, hence values are counted in each.

    Args:
      data: a .tflite file whose weights are float32 or int8.
      model: the Keras model that it was made from.
    Raises:
      UserError: names the layer whose zeros or clusters are lost.
    """
    stored = _weights(Graph(data))
    for layer in model.layers:
        kind = type(layer).__name__
        if kind not in kernels.KERNELS:
            continue
        kernel = np.asarray(layer.weights[kernels.KERNELS[kind].position])
        if kind == "Conv2DTranspose":
            kernel = np.swapaxes(kernel, 2, 3)
        zero, values = kernel == 0, _values(kernel)
        if not zero.any() and len(np.unique(kernel)) > _MOST_CLUSTERS:
            continue
        alike = [weights for weights in stored if weights.shape == kernel.shape]
        if not alike:
            raise UserError(
                f"layer {layer.name} has zeros or clusters, but the converted model has no weights of its shape "
                f"{list(kernel.shape)}; leave the layer out (keep_layers)"
            )
        whole = [weights for weights in alike if not weights[zero].any()]
        if not whole:
            kept = max(float((weights[zero] == 0).mean()) for weights in alike)
            raise UserError(
                f"layer {layer.name} has {zero.mean():.1%} zeros, of which the conversion kept {kept:.1%}, "
                "expected all; leave the layer out (keep_layers)"
            )
        if not any((_values(weights) <= values).all() for weights in whole):
            found = min(int(_values(weights).max()) for weights in whole)
            raise UserError(
                f"layer {layer.name} has {values.max()} different weights in an output channel, after the "
                f"conversion {found}, expected no more; leave the layer out (keep_layers)"
            )


def _weights(graph: Graph) -> list[np.ndarray]:
    """Return the stored values of the graph's kernels, with axes as Keras has them."""
    found = []
    for operator in graph.named("CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"):
        values = graph.real_values(int(operator.inputs[1]))
        if values is not None:
            found.append(np.moveaxis(values, 0, -1))
    return found


def _values(weights: np.ndarray) -> np.ndarray:
    """Return the number of different values in each output channel, the last axis."""
    rows = np.sort(weights.reshape(-1, weights.shape[-1]), axis=0)
    return 1 + (rows[1:] != rows[:-1]).sum(axis=0)
