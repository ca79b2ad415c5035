"""Tiny image classifiers of either Keras, with weights that make outputs differ between images."""

import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from model_press.process import tf_quiet

CLASSES = 10
SIZE = 24


def library(generation: str) -> Any:
    """Return the keras module of generation "2" or "3"."""
    return tf_quiet.keras() if generation == "3" else tf_quiet.tf_keras()


def classifier(
    generation: str,
    first: Sequence[Any] | None = None,
    size: int = SIZE,
    shape: tuple[int | None, ...] | None = None,
) -> Any:
    """Return a separable-convolution net [None, size, size, 3] -> softmax [None, CLASSES].

    Args:
      first: layers in place of the first convolution and its batch normalisation.
      shape: input shape without the batch, instead of (size, size, 3).
    """
    keras = library(generation)
    layers = keras.layers
    if first is None:
        first = [
            layers.Conv2D(8, 3, strides=2, use_bias=False, name="conv1"),
            layers.BatchNormalization(name="bn1"),
        ]
    image = keras.Input(shape or (size, size, 3), name="photo")
    x = image
    for layer in first:
        x = layer(x)
    x = layers.ReLU(name="relu1")(x)
    x = layers.SeparableConv2D(12, 3, padding="same", use_bias=False, name="sep2")(x)
    x = layers.BatchNormalization(name="bn2")(x)
    x = layers.ReLU(name="relu2")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(CLASSES, activation="softmax", name="scores")(x)
    model = keras.Model(image, x, name="tiny")
    randomize(model)
    return model


def chain(
    generation: str,
    *layers: Any,
    shape: tuple[int, ...],
    classes: int = CLASSES,
    activation: str | None = "softmax",
) -> Any:
    """Return image -> layers -> pool -> scores [None, classes], with random weights."""
    keras = library(generation)
    image = x = keras.Input(shape, name="image")
    for layer in layers:
        x = layer(x)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    scores = keras.layers.Dense(classes, activation=activation, name="scores")(x)
    model = keras.Model(image, scores, name="net")
    randomize(model)
    return model


def randomize(model: Any, seed: int = 0) -> None:
    """Set every weight by name and seed; larger dense weights, so that predictions differ."""
    rng = np.random.default_rng(seed)
    values = []
    for variable in model.weights:
        name = getattr(variable, "path", variable.name).split(":")[0].rsplit("/", 1)[-1]
        shape = tuple(variable.shape)
        if name == "moving_variance":
            values.append(rng.uniform(0.5, 2, shape))
        elif name in ("gamma",):
            values.append(rng.uniform(0.5, 1.5, shape))
        else:
            fan_in = int(np.prod(shape[:-1])) or 1
            gain = 12.0 if len(shape) == 2 else 1.5
            values.append(rng.normal(0, gain / np.sqrt(fan_in) if len(shape) > 1 else 0.3, shape))
    model.set_weights([value.astype(np.float32) for value in values])


def export(model: Any, folder: pathlib.Path) -> None:
    """Write a model as a SavedModel."""
    if type(model).__module__.startswith("tf_keras"):
        model.save(folder, save_format="tf")
    else:
        model.export(folder, verbose=False)


def fit_head(model: Any, inputs: np.ndarray, classes: np.ndarray) -> None:
    """Fit the last dense layer by ridge regression, so that the model recognises `classes`.

    Random weights alone would make parity with a quantised model a matter of luck.
    """
    dense = model.layers[-1]
    keras = library("2" if type(model).__module__.startswith("tf_keras") else "3")
    features = np.asarray(keras.Model(model.inputs, dense.input)(inputs), np.float64)
    mean = features.mean(0)
    x = features - mean
    targets = np.eye(CLASSES)[classes] - 1 / CLASSES
    # The penalty keeps the head from amplifying what a quantised feature cannot resolve.
    penalty = 1e-2 * len(x) * x.var(0).max() * np.eye(x.shape[1])
    kernel = 8 * np.linalg.solve(x.T @ x + penalty, x.T @ targets)
    dense.kernel.assign(kernel.astype(np.float32))
    dense.bias.assign((-mean @ kernel).astype(np.float32))


# The corners of the colour cube without black and white, then dark, middle, light and warm grey.
_COLORS = [[r, g, b] for r in (40, 215) for g in (40, 215) for b in (40, 215)][1:-1]
_COLORS += [[30, 30, 30], [128, 128, 128], [225, 225, 225], [170, 128, 80]]


def photos(count: int, seed: int = 0, size: int = SIZE) -> tuple[np.ndarray, np.ndarray]:
    """Return uint8 [count, size, size, 3] coloured waves, and their classes [count]: which base colour."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size, 0:1][:2] / (size - 1)
    classes = np.arange(count) % CLASSES
    result = np.empty((count, size, size, 3), np.uint8)
    for image, color in zip(result, classes, strict=True):
        along_x, along_y, phase = rng.uniform(0, 9, 3)
        wave = np.sin(along_x * x + along_y * y + phase) * rng.uniform(-40, 40, 3)
        image[:] = np.clip(_COLORS[color] + wave, 0, 255)
    return result, classes
