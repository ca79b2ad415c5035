"""Xception with weights made from a seed and a set of photographs: the `seed` weights.

Nobody trained it, yet it behaves like a network and not like noise: every batch normalisation
holds the statistics of what really flows into it, and the classes are told apart by a head that
was fitted to the features. So outputs are spread, and a conversion that damages the network shows.

1. Kernels are He-uniform, from hashed integers.
2. Batch normalisation: one forward pass in training mode with momentum 0 leaves in each layer
   the mean and variance of its input, given that the layers before are normalised already.
3. Head: each crop's last feature map is cut into tiles, and each tile is a class of its own. Ridge
   regression in its dual form maps tiles to classes.

The last normalisation of every residual branch starts with a small gamma. At 1, each of a random
network's blocks adds as much noise as signal, and after twelve of them a rounding of the input
changes the answer; trained networks do not behave like that.

The bytes are the same on another processor, although it sums in another order. All sums are
float64, and every result is rounded before it is used further: statistics to STATISTICS_BITS
mantissa bits, features and ridge coefficients to whole numbers of a fixed step. A result differs
between processors only if it lies within the summation error e of a rounding boundary, which for
a step s has the probability 2 e / s per number. For features (2 million numbers, e measured as
1e-12, s = 2**-10) and coefficients (1 million, e = 1e-13, s = 2**-12) that makes about one
in 200 and one in 1,000; everything after them is exact integer arithmetic. Square roots and
divisions are rounded correctly by every processor (IEEE 754); the exponential, which is not, only
picks one of a few far apart scales.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import numpy as np
import tf_keras

from model_press.data import bits
from model_press.errors import UserError
from model_press.zoo import xception_family

SEED = 1
BRANCH_GAMMA = 0.25
# Crops whose statistics are taken: a batch that takes about 4 GB in float64 at full size.
STATISTICS_CROPS = 16
STATISTICS_BITS = 12
# The largest number of crops that the head is fitted to, and of how many tiles each.
FEATURE_CROPS = 50
RIDGE = 0.5
# Mean of the highest probability over the crops, on the way from uniform (0) to saturated (1).
TOP_PROBABILITY = 0.3
_FEATURE_STEP = 2.0**-10
_COEFFICIENT_BITS = 12
_KERNEL_BITS = 20


def he_uniform(seed: int, name: str, shape: tuple[int, ...], fan_in: int) -> np.ndarray:
    """Returns a kernel drawn from +-sqrt(6 / fan_in); float32, the same on every machine."""
    whole = bits.words(seed, name, math.prod(shape)) >> np.uint64(64 - _KERNEL_BITS)
    centred = 2 * whole.astype(np.int64) + 1 - 2**_KERNEL_BITS
    limit = np.sqrt(6.0 / fan_in)
    return (centred * 2.0**-_KERNEL_BITS * limit).astype(np.float32).reshape(shape)


def round_mantissa(values: np.ndarray, mantissa_bits: int) -> np.ndarray:
    """Rounds float64 values to so many mantissa bits, the leading one included."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(mantissa, mantissa_bits)), exponent - mantissa_bits)


@contextlib.contextmanager
def _double_precision() -> Iterator[None]:
    """Layers made inside compute in float64."""
    policy, floatx = tf_keras.mixed_precision.global_policy(), tf_keras.backend.floatx()
    tf_keras.backend.set_floatx("float64")
    tf_keras.mixed_precision.set_global_policy("float64")
    try:
        yield
    finally:
        tf_keras.backend.set_floatx(floatx)
        tf_keras.mixed_precision.set_global_policy(policy)


def build(spec: xception_family.XceptionSpec, images: np.ndarray) -> tf_keras.Model:
    """Builds a member of the family with data-initialised weights.

    Args:
      spec: which member; its bn_momentum and branch_gamma are ignored.
      images: uint8 RGB [N, size, size, 3], varied photographs.

    Returns:
      The float32 model, not compiled.

    Raises:
      UserError: the images do not fit the specification.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (spec.size, spec.size, 3):
        raise UserError(
            f"calibration images are {images.dtype} {list(images.shape)}; expected uint8 "
            f"[N, {spec.size}, {spec.size}, 3]"
        )
    pixels = images[:FEATURE_CROPS] / 127.5 - 1.0
    fields = {"size": spec.size, "classes": spec.classes, "width": spec.width}
    fields |= {"middle_blocks": spec.middle_blocks, "branch_gamma": BRANCH_GAMMA}
    with _double_precision():
        double = xception_family.build(xception_family.XceptionSpec(**fields, bn_momentum=0.0))
        _draw_kernels(double)
        body = tf_keras.Model(double.input, double.get_layer("avg_pool").input)
        body(pixels[:STATISTICS_CROPS], training=True)
        _round_statistics(double)
        maps = _feature_maps(body, pixels)
    kernel, bias = _fit_head(maps, spec.classes)
    model = xception_family.build(xception_family.XceptionSpec(**fields))
    model.set_weights([*double.get_weights()[:-2], kernel, bias])
    return model


def _draw_kernels(model: tf_keras.Model) -> None:
    """Fills the kernels of all convolutions."""
    for layer in model.layers:
        if isinstance(layer, tf_keras.layers.SeparableConv2D):
            depthwise, pointwise = (tuple(weight.shape) for weight in layer.weights)
            layer.set_weights(
                [
                    he_uniform(
                        SEED, f"{layer.name}/depthwise", depthwise, math.prod(depthwise[:2])
                    ),
                    he_uniform(SEED, f"{layer.name}/pointwise", pointwise, pointwise[2]),
                ]
            )
        elif isinstance(layer, tf_keras.layers.Conv2D):
            shape = tuple(layer.kernel.shape)
            layer.set_weights([he_uniform(SEED, layer.name, shape, math.prod(shape[:3]))])


def _round_statistics(model: tf_keras.Model) -> None:
    """Rounds the moving statistics of all batch normalisations."""
    for layer in model.layers:
        if isinstance(layer, tf_keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            rounded = [round_mantissa(values, STATISTICS_BITS) for values in (mean, variance)]
            layer.set_weights([gamma, beta, *rounded])


def _feature_maps(body: tf_keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Returns the last feature maps, float64 [N, h, w, channels]; four images at a time."""
    batches = [body(pixels[i : i + 4], training=False).numpy() for i in range(0, len(pixels), 4)]
    return np.concatenate(batches)


def _tile_classes(maps: np.ndarray, classes: int) -> np.ndarray:
    """Assigns a class to each position of the maps, int64 [N, h, w].

    Every class gets about as many neighbouring positions as every other: the positions, column
    by column within the upper and the lower half of a map, are divided into equal runs.
    """
    count, height, width = maps.shape[:3]
    upper = height // 2
    order = np.empty((height, width), np.int64)
    order[:upper] = np.arange(upper * width).reshape(width, upper).T
    order[upper:] = upper * width + np.arange((height - upper) * width).reshape(width, -1).T
    position = np.arange(count)[:, None, None] * (height * width) + order
    return position * classes // (count * height * width)


def _fit_head(maps: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Fits the last layer; everything but one linear solve is exact in integers.

    Args:
      maps: feature maps [N, h, w, channels].
      classes: number of classes.

    Returns:
      kernel float32 [channels, classes] and bias float32 [classes].
    """
    channels = maps.shape[-1]
    positions = np.rint(maps / _FEATURE_STEP).reshape(-1, channels)
    owner = _tile_classes(maps, classes).ravel()
    if owner.size < classes:
        raise UserError(
            f"{len(maps)} calibration images give {owner.size} feature positions for {classes} "
            f"classes; give at least {-(-classes * len(maps) // owner.size)} images"
        )
    # Sums of whole numbers far below 2**53: exact in float64, in whatever order.
    tiles = np.zeros((classes, channels))
    np.add.at(tiles, owner, positions)
    tiles = np.rint(tiles / np.bincount(owner, minlength=classes)[:, None])
    centre = np.rint(tiles.sum(axis=0) / classes)
    centred = tiles - centre
    gram = centred @ centred.T
    if not gram.any():
        raise UserError("the calibration images are plain and all alike; give varied photographs")
    strength = RIDGE * np.trace(gram) / classes
    targets = np.eye(classes) - 1.0 / classes
    dual = np.linalg.solve(gram + strength * np.eye(classes), targets)
    whole = np.rint(dual / np.abs(dual).max() * 2**_COEFFICIENT_BITS)
    kernel = centred.T @ whole
    pooled = positions.reshape(len(maps), -1, channels).mean(axis=1)
    scale = _temper((pooled - centre) @ kernel)
    bias = -(centre.astype(np.int64) @ kernel.astype(np.int64))
    return (
        (kernel * (scale / _FEATURE_STEP)).astype(np.float32),
        (bias.astype(np.float64) * scale).astype(np.float32),
    )


def _temper(logits: np.ndarray) -> float:
    """Returns the largest factor 2**k or 1.5 * 2**k that keeps the mean top probability low."""
    logits = logits - logits.max(axis=1, keepdims=True)
    steps = (mantissa * 2.0**power for power in range(0, -80, -1) for mantissa in (1.5, 1.0))
    uniform = 1 / logits.shape[1]
    for factor in steps:
        top = 1 / np.exp(logits * factor).sum(axis=1)
        if top.mean() <= uniform + TOP_PROBABILITY * (1 - uniform):
            return factor
    return factor
