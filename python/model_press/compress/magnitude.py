"""Magnitude pruning: the smallest weights of a kernel become zero and stay zero while the rest is trained.

The schedules and masks are those of tensorflow-model-optimization (a test compares them). Its wrappers are
not used: they take Keras 2 models alone, refuse graphs with layers that they do not know, leave masks and step
counters behind unless stripped, and reach no sparsity at all, without a word, where training ends
before a step that `frequency` divides. Here the last step always ends with a mask.
"""

from typing import Any

import numpy as np

from model_press.compress import kernels
from model_press.compress.training import Observer
from model_press.formats.compressions import Magnitude
from model_press.formats.errors import UserError
from model_press.process.tf_quiet import tensorflow

# How far a layer's sparsity may be from the target: rounding of small kernels comes on top.
TOLERANCE = 0.005
_POWER = 3  # of the polynomial; tensorflow-model-optimization's default


def sparsity_at(settings: Magnitude, step: int, steps: int) -> float | None:
    """Return the sparsity that the schedule asks for at a step (from 0) out of `steps`; None between updates."""
    if step < settings.begin_step or (step - settings.begin_step) % settings.frequency:
        return None
    if settings.schedule == "constant":
        return settings.sparsity
    end = max(int(settings.end_share * steps), settings.begin_step + 1)
    passed = min(1.0, (step - settings.begin_step) / (end - settings.begin_step))
    return settings.sparsity * (1 - (1 - passed) ** _POWER)


def mask(kernel: np.ndarray, sparsity: float, pattern: str, input_axis: int) -> np.ndarray:
    """Return a bool array of the kernel's shape, False for the weights of smallest magnitude.

    unstructured: exactly round(elements * sparsity) of them. 2:4: half of each four consecutive inputs; of
    a shorter last group, half rounded down.
    """
    size = np.abs(kernel)
    if pattern == "unstructured":
        keep = np.ones(kernel.size, bool)
        smallest = np.argsort(size, axis=None, kind="stable")
        keep[smallest[: round(kernel.size * sparsity)]] = False
        return keep.reshape(kernel.shape)
    rows = np.moveaxis(size, input_axis, -1)
    keep = np.ones(rows.shape, bool)
    for start in range(0, rows.shape[-1], 4):
        group = rows[..., start : start + 4]
        smallest = np.argsort(group, axis=-1, kind="stable")[..., : group.shape[-1] // 2]
        np.put_along_axis(keep[..., start : start + 4], smallest, False, axis=-1)
    return np.moveaxis(keep, -1, input_axis)


class Pruner(Observer):
    """Holds the masks during a training, and sets them without one."""

    def __init__(self, model: Any, settings: Magnitude):
        """Take the model's prunable kernels.

        Raises:
          UserError: keep_layers names an unknown layer, or nothing can be pruned.
        """
        self._model, self._settings = model, settings
        self._kernels = kernels.find(model, settings.keep_layers, "magnitude.keep_layers")
        self._masks: list[Any] = []
        self._steps = 0
        self._apply = None

    def begin(self, steps: int) -> None:
        settings = self._settings
        if settings.begin_step >= steps:
            raise UserError(
                f"pruning begins at step {settings.begin_step}, but training ends after {steps}; train longer "
                "or lower magnitude.begin_step"
            )
        self._steps = steps
        tf = tensorflow()
        variables = [kernels.variable(kernel) for _, kernel in self._kernels]
        self._masks = [tf.Variable(tf.ones_like(k), trainable=False) for k in variables]

        @tf.function(autograph=False)
        def apply():
            for kernel, kept in zip(variables, self._masks, strict=True):
                kernel.assign(kernel * kept)

        self._apply = apply

    def resume(self) -> None:
        for (_, kernel), kept in zip(self._kernels, self._masks, strict=True):
            kept.assign((np.asarray(kernel) != 0).astype(np.float32))

    def before_step(self, step: int) -> None:
        sparsity = sparsity_at(self._settings, step, self._steps)
        if sparsity is None:
            return
        for (layer, kernel), kept in zip(self._kernels, self._masks, strict=True):
            kept.assign(self._zero(layer, kernel, sparsity))

    def after_step(self, step: int) -> None:
        self._apply()

    def finish(self) -> None:
        """Apply the final masks, independently of the schedule, and check that they hold.

        Raises:
          UserError: a kernel has another sparsity than asked for, or something of the pruning is left over.
        """
        settings = self._settings
        for layer, kernel in self._kernels:
            self._zero(layer, kernel, settings.sparsity)
        for layer, kernel in self._kernels:
            values = np.asarray(kernel)
            kept = self._mask(layer, values, settings.sparsity)
            wanted, found = 1 - kept.mean(), (values == 0).mean()
            if found < wanted - TOLERANCE:
                raise UserError(
                    f"layer {layer.name} has {found:.1%} zeros after pruning, expected {wanted:.1%}"
                )
        check_no_leftovers(self._model)

    def _zero(self, layer: Any, kernel: Any, sparsity: float) -> np.ndarray:
        values = np.asarray(kernel)
        kept = self._mask(layer, values, sparsity).astype(values.dtype)
        kernel.assign(values * kept)
        return kept

    def _mask(self, layer: Any, values: np.ndarray, sparsity: float) -> np.ndarray:
        axis = kernels.KERNELS[type(layer).__name__].inputs
        return mask(values, sparsity, self._settings.pattern, axis)


def check_no_leftovers(model: Any) -> None:
    """Raise UserError if the model still has masks, thresholds or step counters of pruning."""
    for variable in model.weights:
        name = getattr(variable, "path", variable.name)
        parts = name.split(":")[0].split("/")
        if any(
            part in ("mask", "threshold", "pruning_step") or part.startswith("prune_low_magnitude")
            for part in parts
        ):
            raise UserError(
                f"the model still has the pruning variable {name}, which would be stored with it; call "
                "tfmot.sparsity.keras.strip_pruning(model) before saving it"
            )
