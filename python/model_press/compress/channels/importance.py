"""Scores the importance of coupled channels.

Four criteria, all float64 [sets], larger for more important sets:

l1: mean absolute value of the filters that produce a set, as a share of their layer's mean (Li et al., "Pruning
  Filters for Efficient ConvNets", 2017).
bn_scale: mean |gamma| of the set's batch normalisations (Liu et al., "Network Slimming", 2017).
activation: root mean square of the set's activation on images, times the Euclidean norm of the kernel part
  that multiplies it, as a share of the consuming layer's sum.
gradient: mean over batches of (sum of parameter times gradient)^2, the squared first-order change of the loss
  if the set were removed (Molchanov et al., "Importance Estimation for Neural Network Pruning", 2019, eq. 8);
  summed over gamma and beta of the set's batch normalisations or, if it has none, over its filters.
  The only one whose values compare between layers.
"""

from typing import Any

import numpy as np

from model_press.compress import kernels
from model_press.compress.channels.channel_graph import Axis, Weight
from model_press.compress.channels.channel_groups import Coupling
from model_press.formats.errors import UserError
from model_press.keras_io import graph as keras_graph
from model_press.process.tf_quiet import tensorflow

CRITERIA = ("l1", "bn_scale", "activation", "gradient")
# Pixels in a batch of images. Xception's activations then stay below 2 GB.
_PIXELS = 2 * 299 * 299


def score(
    criterion: str,
    model: Any,
    graph: keras_graph.Graph,
    coupling: Coupling,
    inputs: np.ndarray | None = None,
    targets: np.ndarray | None = None,
) -> np.ndarray:
    """Score every coupled set.

    Args:
      criterion: one of CRITERIA.
      model: the Keras model; graph, coupling: its graph and coupled channels.
      inputs: float32 [N, H, W, 3], normalised; for "activation" and "gradient".
      targets: int [N], class indices, for "gradient"; by default the model's own predictions.
    Raises:
      UserError: the criterion needs images, or batch normalisation, and there is none.
    """
    if criterion in ("activation", "gradient") and inputs is None:
        raise UserError(f"criterion '{criterion}' needs images: set `training` to an image_set")
    if criterion == "l1":
        return _l1(coupling)
    if criterion == "bn_scale":
        return _bn_scale(coupling)
    if criterion == "activation":
        return _activation(graph, coupling, inputs)
    return _gradient(model, coupling, inputs, targets)


def _batch(inputs: np.ndarray) -> int:
    return max(1, _PIXELS // (inputs.shape[1] * inputs.shape[2]))


def _value(weight: Weight) -> np.ndarray:
    return np.asarray(weight.layer.weights[weight.index], np.float64)


def _over_others(values: np.ndarray, axis: Axis, reduce: Any) -> np.ndarray:
    return reduce(values, axis=tuple(i for i in range(values.ndim) if i != axis.axis))


def _mean_by_set(coupling: Coupling, parts: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the mean over all (channels, values) of each set, 0 for a set without any."""
    sums, counts = np.zeros(coupling.count), np.zeros(coupling.count)
    for channels, values in parts:
        np.add.at(sums, coupling.set_of[channels], values)
        np.add.at(counts, coupling.set_of[channels], 1)
    return sums / np.maximum(counts, 1)


def _l1(coupling: Coupling) -> np.ndarray:
    parts = []
    for weight in coupling.channel_graph.weights:
        for axis in weight.axes:
            if axis.role == "produces":
                norms = _over_others(np.abs(_value(weight)), axis, np.mean)
                parts.append((axis.channels, norms / (norms.mean() or 1)))
    return _mean_by_set(coupling, parts)


def _gammas(coupling: Coupling) -> list[Weight]:
    return [
        weight
        for weight in coupling.channel_graph.weights
        if type(weight.layer).__name__ == "BatchNormalization"
        and weight.layer.scale
        and weight.index == 0
    ]


def _bn_scale(coupling: Coupling) -> np.ndarray:
    parts = [(weight.axes[0].channels, np.abs(_value(weight))) for weight in _gammas(coupling)]
    covered = np.zeros(coupling.count, bool)
    for channels, _ in parts:
        covered[coupling.set_of[channels]] = True
    for group in coupling.prunable():
        if not covered[group.sets].all():
            raise UserError(
                f"criterion 'bn_scale' needs a batch normalisation with scale behind layer "
                f"{', '.join(group.layers)}; use 'l1', 'activation' or 'gradient'"
            )
    return _mean_by_set(coupling, parts)


def _activation(graph: keras_graph.Graph, coupling: Coupling, inputs: np.ndarray) -> np.ndarray:
    tf = tensorflow()
    consumers = {
        id(weight.layer): weight
        for weight in coupling.channel_graph.weights
        if any(axis.role == "consumes" for axis in weight.axes)
    }
    calls = [call for call in graph.calls if id(call.layer) in consumers]
    squares = _mean_squares(graph, [call.inputs[0] for call in calls], inputs, tf)
    scores = np.zeros(coupling.count)
    for call, square in zip(calls, squares, strict=True):
        weight = consumers[id(call.layer)]
        axis = next(axis for axis in weight.axes if axis.role == "consumes")
        rows = np.sqrt(_over_others(_value(weight) ** 2, axis, np.sum))
        if type(call.layer).__name__ == "SeparableConv2D":
            depthwise = np.asarray(call.layer.weights[0], np.float64)
            rows *= np.sqrt((depthwise**2).sum(axis=(0, 1))).ravel()
            square = np.repeat(square, depthwise.shape[3])
        arriving = np.sqrt(square) * rows
        np.add.at(scores, coupling.set_of[axis.channels], arriving / (arriving.sum() or 1))
    return scores


def _mean_squares(
    graph: keras_graph.Graph, tensors: list[int], inputs: np.ndarray, tf: Any
) -> list[np.ndarray]:
    """Return the mean square of each channel of some tensors, over images and positions."""

    @tf.function(autograph=False)
    def run(images):
        values = {graph.input: images}
        for call in graph.calls:
            if not call.inputs:
                continue
            args, kwargs = call.arguments(values)
            results = tf.nest.flatten(call.layer(*args, **kwargs))
            values.update(zip(call.outputs, results, strict=True))
        squares = [tf.square(values[number]) for number in tensors]
        return [tf.reduce_mean(s, axis=range(s.shape.rank - 1)) for s in squares]

    sums = [0.0] * len(tensors)
    size = _batch(inputs)
    for start in range(0, len(inputs), size):
        batch = inputs[start : start + size]
        for position, mean in enumerate(run(tf.constant(batch))):
            sums[position] = sums[position] + np.asarray(mean, np.float64) * len(batch)
    return [total / len(inputs) for total in sums]


def _gradient(
    model: Any, coupling: Coupling, inputs: np.ndarray, targets: np.ndarray | None
) -> np.ndarray:
    tf = tensorflow()
    gated = {c for w in _gammas(coupling) for c in np.unique(coupling.set_of[w.axes[0].channels])}
    gates: list[tuple[Any, Axis, np.ndarray]] = []
    for weight in coupling.channel_graph.weights:
        is_norm = type(weight.layer).__name__ == "BatchNormalization"
        trained = weight.layer.scale + weight.layer.center if is_norm else 0
        for axis in weight.axes:
            mine = coupling.set_of[axis.channels]
            has_norm = np.isin(mine, list(gated))
            if is_norm and weight.index < trained:
                use = has_norm
            elif not is_norm and axis.role == "produces":
                use = ~has_norm
            else:
                continue
            if use.any():
                gates.append((weight.layer.weights[weight.index], axis, use))
    variables = [kernels.variable(variable) for variable, _, _ in gates]

    @tf.function(autograph=False)
    def gradients(images, wanted):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            outputs = model(images, training=False)
            picked = tf.gather(outputs, wanted, batch_dims=1)
            loss = -tf.reduce_mean(tf.math.log(tf.maximum(picked, 1e-7)))
        return tape.gradient(loss, variables)

    total, batches = np.zeros(coupling.count), 0
    size = _batch(inputs)
    for start in range(0, len(inputs), size):
        images = tf.constant(inputs[start : start + size])
        wanted = (
            tf.argmax(model(images, training=False), 1)
            if targets is None
            else tf.constant(targets[start : start + size], tf.int64)
        )
        change = np.zeros(coupling.count)
        slopes = gradients(images, wanted)
        for variable, (_, axis, use), slope in zip(variables, gates, slopes, strict=True):
            if slope is None:
                continue
            product = np.asarray(variable, np.float64) * np.asarray(slope, np.float64)
            np.add.at(
                change, coupling.set_of[axis.channels], _over_others(product, axis, np.sum) * use
            )
        total += change**2
        batches += 1
    return total / batches
