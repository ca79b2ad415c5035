"""Small networks with every kind of edge between channels, for tests; random weights, 10 classes, 32x32x3."""

from typing import Any

import numpy as np
from model_press.process import tf_quiet

from testing import keras_models
from testing.keras_models import library

__all__ = ["SIZE", "STYLES", "build", "images", "library", "run", "tf_quiet"]

SIZE = 32


def build(style: str, generation: str) -> Any:
    """Return one of STYLES, with random weights and batch normalisation statistics."""
    model = STYLES[style](library(generation))
    keras_models.randomize(model)
    return model


def images(count: int, seed: int = 0) -> np.ndarray:
    """Return float32 [count, 32, 32, 3] noise."""
    shape = (count, SIZE, SIZE, 3)
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def run(model: Any, inputs: np.ndarray) -> np.ndarray:
    """Return the model's outputs in inference mode."""
    return np.asarray(model(inputs, training=False))


def _finish(keras: Any, image: Any, x: Any) -> Any:
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = keras.layers.Dense(10, activation="softmax", name="scores")(x)
    return keras.Model(image, x, name="net")


def xception(keras: Any) -> Any:
    """Build separable convolutions, a strided shortcut, a stream with an addition, batch normalisation."""
    layers = keras.layers
    image = keras.Input((SIZE, SIZE, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, use_bias=False, name="entry")(image)
    x = layers.BatchNormalization(name="entry_bn")(x)
    x = layers.ReLU(name="entry_act")(x)
    shortcut = layers.Conv2D(16, 1, strides=2, padding="same", use_bias=False, name="shortcut")(x)
    shortcut = layers.BatchNormalization(name="shortcut_bn")(shortcut)
    x = layers.SeparableConv2D(12, 3, padding="same", use_bias=False, name="sep1")(x)
    x = layers.BatchNormalization(name="sep1_bn")(x)
    x = layers.Activation("relu", name="sep1_act")(x)
    x = layers.SeparableConv2D(16, 3, padding="same", depth_multiplier=2, name="sep2")(x)
    x = layers.BatchNormalization(name="sep2_bn")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="down")(x)
    stream = layers.Add(name="add1")([x, shortcut])
    x = layers.Activation("relu", name="sep3_act")(stream)
    x = layers.SeparableConv2D(16, 3, padding="same", use_bias=False, name="sep3")(x)
    x = layers.BatchNormalization(name="sep3_bn")(x)
    x = layers.Add(name="add2")([x, stream])
    return _finish(keras, image, x)


def mobilenet_v2(keras: Any) -> Any:
    """Build inverted residuals with depthwise convolutions, and a squeeze-and-excite gate."""
    layers = keras.layers
    image = keras.Input((SIZE, SIZE, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="entry")(image)
    x = layers.BatchNormalization(name="entry_bn")(x)
    stream = layers.ReLU(6.0, name="entry_act")(x)
    for block in ("a", "b"):
        x = layers.Conv2D(24, 1, use_bias=False, name=f"{block}_expand")(stream)
        x = layers.BatchNormalization(name=f"{block}_expand_bn")(x)
        x = layers.ReLU(6.0, name=f"{block}_expand_act")(x)
        x = layers.ZeroPadding2D(1, name=f"{block}_pad")(x)
        x = layers.DepthwiseConv2D(3, use_bias=False, name=f"{block}_depthwise")(x)
        x = layers.BatchNormalization(name=f"{block}_depthwise_bn")(x)
        x = layers.ReLU(6.0, name=f"{block}_depthwise_act")(x)
        gate = layers.GlobalAveragePooling2D(name=f"{block}_squeeze")(x)
        gate = layers.Reshape((1, 1, 24), name=f"{block}_reshape")(gate)
        gate = layers.Conv2D(8, 1, activation="relu", name=f"{block}_reduce")(gate)
        gate = layers.Conv2D(24, 1, activation="sigmoid", name=f"{block}_excite")(gate)
        x = layers.Multiply(name=f"{block}_scale")([x, gate])
        x = layers.Conv2D(8, 1, use_bias=False, name=f"{block}_project")(x)
        x = layers.BatchNormalization(name=f"{block}_project_bn")(x)
        stream = layers.Add(name=f"{block}_add")([stream, x])
    return _finish(keras, image, stream)


def resnet(keras: Any) -> Any:
    """Build pre-activation bottlenecks with biases; the head is a Flatten."""
    layers = keras.layers
    image = keras.Input((SIZE, SIZE, 3), name="image")
    stream = layers.Conv2D(16, 3, strides=4, padding="same", name="entry")(image)
    for block in ("a", "b"):
        x = layers.BatchNormalization(name=f"{block}_pre_bn")(stream)
        x = layers.ReLU(name=f"{block}_pre_act")(x)
        shortcut = stream
        if block == "a":
            shortcut = layers.Conv2D(24, 1, name="a_shortcut")(x)
        x = layers.Conv2D(8, 1, activation="relu", name=f"{block}_conv1")(x)
        x = layers.Conv2D(8, 3, padding="same", activation="relu", name=f"{block}_conv2")(x)
        x = layers.Conv2D(24, 1, name=f"{block}_conv3")(x)
        stream = layers.Add(name=f"{block}_add")([shortcut, x])
    x = layers.AveragePooling2D(2, name="shrink")(stream)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(16, activation="relu", name="hidden")(x)
    x = layers.Dense(10, activation="softmax", name="scores")(x)
    return keras.Model(image, x, name="net")


def densenet(keras: Any) -> Any:
    """Build growing concatenations, with batch normalisation over the outputs of several layers."""
    layers = keras.layers
    image = keras.Input((SIZE, SIZE, 3), name="image")
    x = layers.Conv2D(8, 3, strides=4, padding="same", use_bias=False, name="entry")(image)
    for block in ("a", "b", "c"):
        y = layers.BatchNormalization(name=f"{block}_bn1")(x)
        y = layers.ReLU(name=f"{block}_act1")(y)
        y = layers.Conv2D(16, 1, use_bias=False, name=f"{block}_conv1")(y)
        y = layers.BatchNormalization(name=f"{block}_bn2")(y)
        y = layers.ReLU(name=f"{block}_act2")(y)
        y = layers.Conv2D(8, 3, padding="same", use_bias=False, name=f"{block}_conv2")(y)
        x = layers.Concatenate(name=f"{block}_concat")([x, y])
    x = layers.BatchNormalization(name="last_bn")(x)
    return _finish(keras, image, x)


def nested(keras: Any) -> Any:
    """Return a backbone that is a model of its own, as in transfer learning."""
    layers = keras.layers
    inner_image = keras.Input((SIZE, SIZE, 4), name="inner_image")
    x = layers.Conv2D(8, 3, strides=2, name="conv")(inner_image)
    x = layers.BatchNormalization(name="bn")(x)
    backbone = keras.Model(inner_image, layers.Conv2D(16, 3, name="conv2")(x), name="backbone")
    image = keras.Input((SIZE, SIZE, 3), name="image")
    x = layers.Conv2D(4, 1, name="conv")(image)
    return _finish(keras, image, layers.ReLU(name="act")(backbone(x)))


STYLES = {
    "densenet": densenet,
    "mobilenet_v2": mobilenet_v2,
    "nested": nested,
    "resnet": resnet,
    "xception": xception,
}
