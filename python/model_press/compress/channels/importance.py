"""How much a network would miss each class of channels.

Four criteria, all float64 [classes], larger for what matters more:

l1: mean absolute value of the filters that make a class, as a share of their layer's mean (Li et al., "Pruning
  Filters for Efficient ConvNets", 2017).
bn_scale: mean |gamma| of the class' batch normalisations (Liu et al., "Network Slimming", 2017).
activation: what arrives at the layers that take the class: root mean square of the activation on images, times
  the Euclidean norm of the kernel part that multiplies it, as a share of that layer's sum.
gradient: mean over batches of (sum of parameter times gradient)^2, the squared first-order change of the loss
  if the class were gone (Molchanov et al., "Importance Estimation for Neural Network Pruning", 2019, eq. 8);
  summed over gamma and beta of the class' batch normalisations or, where it has none, over its filters.
  The only one whose values compare between layers.
"""

from typing import Any

import numpy as np

from model_press.compress.channels.classes import Classes
from model_press.compress.channels.wiring import Axis, Weight
from model_press.formats.errors import UserError
from model_press.keras_io import graph as graphs
from model_press.keras_io.tf_quiet import tensorflow

CRITERIA = ("l1", "bn_scale", "activation", "gradient")
# Images in a batch: as many as have so many pixels. Xception's activations then stay below 2 GB.
_PIXELS = 2 * 299 * 299


def score(
    criterion: str,
    model: Any,
    graph: graphs.Graph,
    classes: Classes,
    inputs: np.ndarray | None = None,
    targets: np.ndarray | None = None,
) -> np.ndarray:
    """Scores every class.

    Args:
      criterion: one of CRITERIA.
      model: the Keras model; graph, classes: its graph and channel classes.
      inputs: float32 [N, H, W, 3], normalised; for "activation" and "gradient".
      targets: int [N], class indices, for "gradient"; the model's own answers without.
    Raises:
      UserError: the criterion needs images, or batch normalisation, and there is none.
    """
    if criterion in ("activation", "gradient") and inputs is None:
        raise UserError(f"criterion '{criterion}' needs images: set `training` to an image_set")
    if criterion == "l1":
        return _l1(classes)
    if criterion == "bn_scale":
        return _bn_scale(classes)
    if criterion == "activation":
        return _activation(graph, classes, inputs)
    return _gradient(model, classes, inputs, targets)


def _batch(inputs: np.ndarray) -> int:
    return max(1, _PIXELS // (inputs.shape[1] * inputs.shape[2]))


def _value(weight: Weight) -> np.ndarray:
    return np.asarray(weight.layer.weights[weight.index], np.float64)


def _over_others(values: np.ndarray, axis: Axis, reduce: Any) -> np.ndarray:
    return reduce(values, axis=tuple(i for i in range(values.ndim) if i != axis.axis))


def _mean_by_class(classes: Classes, parts: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Mean over all (wires, values) of a class; 0 where it has none."""
    sums, counts = np.zeros(classes.count), np.zeros(classes.count)
    for wires, values in parts:
        np.add.at(sums, classes.of_wire[wires], values)
        np.add.at(counts, classes.of_wire[wires], 1)
    return sums / np.maximum(counts, 1)


def _l1(classes: Classes) -> np.ndarray:
    parts = []
    for weight in classes.wiring.weights:
        for axis in weight.axes:
            if axis.role == "makes":
                norms = _over_others(np.abs(_value(weight)), axis, np.mean)
                parts.append((axis.wires, norms / (norms.mean() or 1)))
    return _mean_by_class(classes, parts)


def _gammas(classes: Classes) -> list[Weight]:
    return [
        weight
        for weight in classes.wiring.weights
        if type(weight.layer).__name__ == "BatchNormalization"
        and weight.layer.scale
        and weight.index == 0
    ]


def _bn_scale(classes: Classes) -> np.ndarray:
    parts = [(weight.axes[0].wires, np.abs(_value(weight))) for weight in _gammas(classes)]
    covered = np.zeros(classes.count, bool)
    for wires, _ in parts:
        covered[classes.of_wire[wires]] = True
    for group in classes.prunable():
        if not covered[group.classes].all():
            raise UserError(
                f"criterion 'bn_scale' needs a batch normalisation with scale behind layer "
                f"{', '.join(group.layers)}; use 'l1', 'activation' or 'gradient'"
            )
    return _mean_by_class(classes, parts)


def _activation(graph: graphs.Graph, classes: Classes, inputs: np.ndarray) -> np.ndarray:
    tf = tensorflow()
    takers = {
        id(weight.layer): weight
        for weight in classes.wiring.weights
        if any(axis.role == "takes" for axis in weight.axes)
    }
    calls = [call for call in graph.calls if id(call.layer) in takers]
    squares = _mean_squares(graph, [call.inputs[0] for call in calls], inputs, tf)
    scores = np.zeros(classes.count)
    for call, square in zip(calls, squares, strict=True):
        weight = takers[id(call.layer)]
        axis = next(axis for axis in weight.axes if axis.role == "takes")
        rows = np.sqrt(_over_others(_value(weight) ** 2, axis, np.sum))
        if type(call.layer).__name__ == "SeparableConv2D":
            depthwise = np.asarray(call.layer.weights[0], np.float64)
            rows *= np.sqrt((depthwise**2).sum(axis=(0, 1))).ravel()
            square = np.repeat(square, depthwise.shape[3])
        arriving = np.sqrt(square) * rows
        np.add.at(scores, classes.of_wire[axis.wires], arriving / (arriving.sum() or 1))
    return scores


def _mean_squares(
    graph: graphs.Graph, tensors: list[int], inputs: np.ndarray, tf: Any
) -> list[np.ndarray]:
    """Mean square of each channel of some tensors over images and places."""

    @tf.function(autograph=False)
    def run(images):
        values = {graph.input: images}
        for call in graph.calls:
            if not call.inputs:
                continue
            args, kwargs = tf.nest.map_structure(
                lambda item: values[item.tensor] if isinstance(item, graphs.Ref) else item,
                (call.args, call.kwargs),
            )
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
    model: Any, classes: Classes, inputs: np.ndarray, targets: np.ndarray | None
) -> np.ndarray:
    tf = tensorflow()
    gated = {c for w in _gammas(classes) for c in np.unique(classes.of_wire[w.axes[0].wires])}
    gates: list[tuple[Any, Axis, np.ndarray]] = []
    for weight in classes.wiring.weights:
        is_norm = type(weight.layer).__name__ == "BatchNormalization"
        trained = weight.layer.scale + weight.layer.center if is_norm else 0
        for axis in weight.axes:
            mine = classes.of_wire[axis.wires]
            has_norm = np.isin(mine, list(gated))
            if is_norm and weight.index < trained:
                use = has_norm
            elif not is_norm and axis.role == "makes":
                use = ~has_norm
            else:
                continue
            if use.any():
                gates.append((weight.layer.weights[weight.index], axis, use))
    variables = [
        variable if isinstance(variable, tf.Variable) else variable.value
        for variable, _, _ in gates
    ]

    @tf.function(autograph=False)
    def gradients(images, wanted):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            outputs = model(images, training=False)
            picked = tf.gather(outputs, wanted, batch_dims=1)
            loss = -tf.reduce_mean(tf.math.log(tf.maximum(picked, 1e-7)))
        return tape.gradient(loss, variables)

    total, batches = np.zeros(classes.count), 0
    size = _batch(inputs)
    for start in range(0, len(inputs), size):
        images = tf.constant(inputs[start : start + size])
        wanted = (
            tf.argmax(model(images, training=False), 1)
            if targets is None
            else tf.constant(targets[start : start + size], tf.int64)
        )
        change = np.zeros(classes.count)
        slopes = gradients(images, wanted)
        for variable, (_, axis, use), slope in zip(variables, gates, slopes, strict=True):
            if slope is None:
                continue
            product = np.asarray(variable, np.float64) * np.asarray(slope, np.float64)
            np.add.at(
                change, classes.of_wire[axis.wires], _over_others(product, axis, np.sum) * use
            )
        total += change**2
        batches += 1
    return total / batches
