"""The Xception architecture with its width, depth and input size as parameters.

At the default arguments it is the network of "Xception: Deep Learning with Depthwise Separable
Convolutions" as Keras defines it: 22,910,480 parameters, and the same layers in the same order as
`tf_keras.applications.Xception`, so that weights carry over by `set_weights`. Unlike there, every
layer has a name of its own: the four shortcut convolutions, which Keras leaves unnamed (their
names then depend on what else the process has built), are called `block<N>_shortcut`.

A narrower, shallower one keeps every operator and every kind of edge: separable convolutions,
shortcuts with a strided convolution, shortcuts without, batch normalisation, max pooling.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import tf_keras
from model_press.formats.errors import UserError
from tf_keras import layers

# Channels are multiples of this, so that SIMD kernels have no remainder to handle.
_CHANNEL_MULTIPLE = 8


@dataclasses.dataclass(frozen=True)
class XceptionSpec:
    """Which member of the family to build.

    Attributes:
      size: height and width of the input in pixels, at least 32.
      classes: number of classes.
      width: factor on every layer's channels (1.0 is the article's network).
      middle_blocks: residual blocks of the middle flow, 0 or more (8 in the article).
      bn_momentum: momentum of the batch normalisations' moving statistics. Keras' default 0.99
        lags behind in a short training: lower it there.
      branch_gamma: initial gamma of the last batch normalisation in every residual branch (1.0 in
        the article).
    """

    size: int = 299
    classes: int = 1000
    width: float = 1.0
    middle_blocks: int = 8
    bn_momentum: float = 0.99
    branch_gamma: float = 1.0

    def __post_init__(self) -> None:
        if self.size < 32:
            raise UserError(f"size is {self.size} pixels: Xception halves it five times, give 32+")
        if self.classes < 2 or self.width <= 0 or self.middle_blocks < 0:
            raise UserError(f"classes must be 2+, width above 0, middle_blocks 0+: got {self}")

    def channels(self, article_channels: int) -> int:
        """Return a layer's number of channels, from the number in the article."""
        scaled = self.width * article_channels / _CHANNEL_MULTIPLE
        return max(1, int(scaled + 0.5)) * _CHANNEL_MULTIPLE


def build(spec: XceptionSpec, name: str = "xception") -> tf_keras.Model:
    """Build a member of the family, freshly initialised and not compiled.

    Args:
      spec: which one.
      name: the model's name.

    Returns:
      A functional tf_keras model. Input `image`: [batch, size, size, 3], RGB scaled to [-1, 1];
      output `predictions`: probabilities [batch, classes]. The dtype is Keras' current floatx.
    """
    image = layers.Input((spec.size, spec.size, 3), name="image")
    flow = _Flow(spec)
    x = flow.conv_bn(image, 32, "block1_conv1", strides=2)
    x = flow.relu(x, "block1_conv1_act")
    x = flow.conv_bn(x, 64, "block1_conv2")
    x = flow.relu(x, "block1_conv2_act")
    x = flow.downsampling_block(x, (128, 128), "block2", first_relu=False)
    x = flow.downsampling_block(x, (256, 256), "block3")
    x = flow.downsampling_block(x, (728, 728), "block4")
    for index in range(spec.middle_blocks):
        x = flow.identity_block(x, 728, f"block{5 + index}")
    last = 5 + spec.middle_blocks
    x = flow.downsampling_block(x, (728, 1024), f"block{last}")
    for position, channels in enumerate((1536, 2048), start=1):
        prefix = f"block{last + 1}_sepconv{position}"
        x = flow.separable_bn(x, channels, prefix)
        x = flow.relu(x, f"{prefix}_act")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dense(spec.classes, activation="softmax", name="predictions")(x)
    return tf_keras.Model(image, x, name=name)


class _Flow:
    """Adds the family's building blocks to a graph; channels are given as in the article."""

    def __init__(self, spec: XceptionSpec):
        self._spec = spec

    def relu(self, x: Any, name: str) -> Any:
        return layers.Activation("relu", name=name)(x)

    def batch_norm(self, x: Any, name: str, *, closes_branch: bool = False) -> Any:
        gamma = self._spec.branch_gamma if closes_branch else 1.0
        return layers.BatchNormalization(
            momentum=self._spec.bn_momentum,
            gamma_initializer=tf_keras.initializers.Constant(gamma) if gamma != 1.0 else "ones",
            name=name,
        )(x)

    def conv_bn(self, x: Any, channels: int, name: str, *, strides: int = 1) -> Any:
        x = layers.Conv2D(
            self._spec.channels(channels), 3, strides=strides, use_bias=False, name=name
        )(x)
        return self.batch_norm(x, f"{name}_bn")

    def separable_bn(self, x: Any, channels: int, name: str, *, closes_branch: bool = False) -> Any:
        x = layers.SeparableConv2D(
            self._spec.channels(channels), 3, padding="same", use_bias=False, name=name
        )(x)
        return self.batch_norm(x, f"{name}_bn", closes_branch=closes_branch)

    def shortcut(self, x: Any, channels: int, block: str) -> Any:
        x = layers.Conv2D(
            self._spec.channels(channels),
            1,
            strides=2,
            padding="same",
            use_bias=False,
            name=f"{block}_shortcut",
        )(x)
        return self.batch_norm(x, f"{block}_shortcut_bn")

    def downsampling_block(
        self, x: Any, channels: tuple[int, int], block: str, *, first_relu: bool = True
    ) -> Any:
        """Return two separable convolutions and a pooling, beside a strided shortcut."""
        shortcut = self.shortcut(x, channels[1], block)
        if first_relu:
            x = self.relu(x, f"{block}_sepconv1_act")
        x = self.separable_bn(x, channels[0], f"{block}_sepconv1")
        x = self.relu(x, f"{block}_sepconv2_act")
        x = self.separable_bn(x, channels[1], f"{block}_sepconv2", closes_branch=True)
        x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{block}_pool")(x)
        return layers.Add(name=f"{block}_add")([x, shortcut])

    def identity_block(self, x: Any, channels: int, block: str) -> Any:
        """Return three separable convolutions beside the unchanged input."""
        shortcut = x
        for position in (1, 2, 3):
            prefix = f"{block}_sepconv{position}"
            x = self.relu(x, f"{prefix}_act")
            x = self.separable_bn(x, channels, prefix, closes_branch=position == 3)
        return layers.Add(name=f"{block}_add")([x, shortcut])
