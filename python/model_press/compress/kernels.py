"""Finds the kernels that weight compression works on and tabulates the result for each weight."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from model_press.formats.errors import UserError
from model_press.process.tf_quiet import tensorflow


class Kernel(NamedTuple):
    """A layer's large kernel: its position in layer.weights, and its axes of input and output channels."""

    position: int
    inputs: int
    outputs: int


KERNELS = {
    "Conv2D": Kernel(0, 2, 3),
    "Conv2DTranspose": Kernel(0, 3, 2),
    "Dense": Kernel(0, 0, 1),
    "SeparableConv2D": Kernel(1, 2, 3),
}
_REASONS = {
    "BatchNormalization": "batch normalisation has two numbers a channel",
    "DepthwiseConv2D": "a depthwise kernel has few weights, and each counts",
    "SeparableConv2D": "its depthwise kernel has few weights, and each counts",
}


@dataclasses.dataclass(frozen=True)
class Coverage:
    """The compression of one weight.

    layer, weight: names. elements: their number. sparsity: share of zeros. values: number of different values.
    untouched: None, or why it was left as it is.
    """

    layer: str
    weight: str
    elements: int
    sparsity: float
    values: int
    untouched: str | None


def find(model: Any, keep_layers: tuple[str, ...], field: str) -> list[tuple[Any, Any]]:
    """Return the (layer, kernel variable) pairs to work on.

    Raises:
      UserError: keep_layers (given in `field` of the recipe) names an unknown layer, or no layer is left.
    """
    names = {layer.name for layer in model.layers}
    if unknown := sorted(set(keep_layers) - names):
        raise UserError(f"{field} names '{unknown[0]}', which is not a layer of the model")
    fitting = [layer for layer in model.layers if type(layer).__name__ in KERNELS]
    if not fitting:
        kinds = sorted({type(layer).__name__ for layer in model.layers})
        step = field.partition(".")[0]
        raise UserError(
            f"{step}: the model has layers of {', '.join(kinds)}, expected one of {', '.join(KERNELS)}, whose "
            f"weights it compresses; set {step} to null"
        )
    found = [
        (layer, layer.weights[KERNELS[type(layer).__name__].position])
        for layer in fitting
        if layer.name not in keep_layers
    ]
    if not found:
        raise UserError(
            f"{field} names all {len(fitting)} layers whose weights can be compressed, so none is left; take one out "
            "of it"
        )
    return found


def variable(kernel: Any) -> Any:
    """Return the TensorFlow variable of a Keras 2 or 3 variable."""
    return kernel if isinstance(kernel, tensorflow().Variable) else kernel.value


def coverage(model: Any, keep_layers: tuple[str, ...]) -> list[Coverage]:
    """Return a row for each weight of the model: its zeros and values, and the reason if it is untouched."""
    rows = []
    for layer in model.layers:
        kind = type(layer).__name__
        for index, weight in enumerate(layer.weights):
            values = np.asarray(weight)
            if kind in KERNELS and index == KERNELS[kind].position:
                reason = "named in keep_layers" if layer.name in keep_layers else None
            elif values.ndim < 2:
                reason = _REASONS[kind] if kind == "BatchNormalization" else "one number a channel"
            else:
                reason = _REASONS.get(kind, f"{kind} has no kernel that is known")
            name = getattr(weight, "path", weight.name).split(":")[0].split("/")[-1]
            zeros = float((values == 0).mean()) if values.size else 0.0
            different = len(np.unique(values))
            rows.append(Coverage(layer.name, name, values.size, round(zeros, 6), different, reason))
    return rows
