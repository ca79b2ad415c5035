"""Xception with weights made from a seed and a set of photographs: the `seed` weights.

Nobody trained it, yet it behaves like a network and not like noise: every batch normalisation
holds the statistics of what really flows into it, and the head was fitted to the features. So
outputs are spread, and a conversion that damages the network shows.

1. Kernels are random, He-scaled, and smooth: the taps of one filter share most of their value. A
   filter without any smoothness answers to edges alone, so that its rare large outputs stretch
   an 8-bit range and the rest of it drowns in rounding (measured: three times the error).
2. Batch normalisation: one forward pass in training mode with momentum 0 leaves in each layer
   the mean and variance of its input, given that the layers before are normalised already.
3. Residual branches end with a small gamma. At 1, each of a random network's blocks adds as much
   noise as signal, and after twelve of them a rounding of the input changes the answer.
4. Head: ridge regression, in its dual form, from each crop's features to a random code with one
   value per class. Every class then answers to its own mixture of the directions in which
   photographs differ most; the ridge keeps it away from those that are mostly noise. A sixth of
   the classes answers louder than the rest, so that the best and the second best lie apart.

The crops' colour channels are exchanged in turn, since twelve photographs have few colours.

The bytes are the same on another processor, although it sums in another order. All sums are
float64, and every result is rounded before it is used further: statistics to STATISTICS_BITS
mantissa bits, features and ridge coefficients to whole numbers of a fixed step. A result differs
between processors only if it lies within the summation error e of a rounding boundary, which for
a step s has the probability 2 e / s per number: with e near 1e-12 (float64 sums over a batch) and
s = 2**-12 some 1e-8, for 400,000 numbers less than one in a hundred. The tests sum in another order
and find the same bytes. Everything after them is exact integer arithmetic. Square roots and
divisions are rounded correctly by every processor (IEEE 754); the exponential, which is not, only
picks one of a few far apart scales.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import numpy as np
import tf_keras
from model_press.formats.errors import UserError

from models.family import xception_family
from models.photographs import bits, crops

SEED = 1
# How much of a kernel differs from tap to tap, against what its taps share.
ROUGHNESS = 0.3
BRANCH_GAMMA = 0.25
# Crops whose statistics are taken: a batch that takes 2 GB in float64 at full size.
STATISTICS_CROPS = 16
STATISTICS_BITS = 12
# The largest number of crops that the head is fitted to.
FEATURE_CROPS = 100
# Strength of the ridge, in mean squared features. A weak one amplifies the directions in which the crops hardly differ:
# at 1, logits of held-out photographs reach twice the range that calibration sees, and an 8-bit model cuts them off.
RIDGE = 15.0
# This many classes answer at full strength, the others at a share of it. Where all 1,000 compete, the two best lie
# within two steps of an 8-bit logit, and the answer is a matter of rounding (9 of 64 held-out crops differ, against 1).
LEADING_CLASSES = 150
OTHERS_PERCENT = (20, 70)
# Mean of the highest probability over the crops, on the way from uniform (0) to saturated (1).
TOP_PROBABILITY = 0.3
_FEATURE_STEP = 2.0**-12
_COEFFICIENT_BITS = 16
_KERNEL_BITS = 20


def he_uniform(name: str, shape: tuple[int, ...], fan_in: int) -> np.ndarray:
    """Return a kernel drawn from +-sqrt(6 / fan_in); float64, the same on every machine."""
    whole = bits.words(SEED, name, math.prod(shape)) >> np.uint64(64 - _KERNEL_BITS)
    centred = 2 * whole.astype(np.int64) + 1 - 2**_KERNEL_BITS
    return (centred * 2.0**-_KERNEL_BITS * np.sqrt(6.0 / fan_in)).reshape(shape)


def smooth_kernel(
    name: str, shape: tuple[int, int, int, int], *, depthwise: bool = False
) -> np.ndarray:
    """Return a kernel [height, width, in, out or multiplier], float32, smooth in space.

    A depthwise filter is a blur with a rough part: the pointwise kernel after it brings signs and
    mixture. Any other shares one random matrix between its taps.
    """
    taps = shape[0] * shape[1]
    fan_in = taps if depthwise else taps * shape[2]
    rough = he_uniform(f"{name}/rough", shape, fan_in)
    if taps == 1:
        return rough.astype(np.float32)
    shared = np.sqrt(2.0 / fan_in)  # the standard deviation of a He-scaled tap
    if not depthwise:
        shared = he_uniform(f"{name}/shared", (1, 1, *shape[2:]), fan_in)
    return (shared + ROUGHNESS * rough).astype(np.float32)


def round_mantissa(values: np.ndarray, mantissa_bits: int) -> np.ndarray:
    """Round float64 values to a number of mantissa bits, the leading one included."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(mantissa, mantissa_bits)), exponent - mantissa_bits)


@contextlib.contextmanager
def _double_precision() -> Iterator[None]:
    """Return the layers made inside compute in float64."""
    policy, floatx = tf_keras.mixed_precision.global_policy(), tf_keras.backend.floatx()
    tf_keras.backend.set_floatx("float64")
    tf_keras.mixed_precision.set_global_policy("float64")
    try:
        yield
    finally:
        tf_keras.backend.set_floatx(floatx)
        tf_keras.mixed_precision.set_global_policy(policy)


def build(spec: xception_family.XceptionSpec, images: np.ndarray) -> tf_keras.Model:
    """Build a member of the family with data-initialised weights.

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
    pixels = crops.exchange_channels(images[:FEATURE_CROPS]) / 127.5 - 1.0
    fields = {"size": spec.size, "classes": spec.classes, "width": spec.width}
    fields |= {"middle_blocks": spec.middle_blocks, "branch_gamma": BRANCH_GAMMA}
    with _double_precision():
        double = xception_family.build(xception_family.XceptionSpec(**fields, bn_momentum=0.0))
        _draw_kernels(double)
        body = tf_keras.Model(double.input, double.get_layer("avg_pool").output)
        body(pixels[:STATISTICS_CROPS], training=True)
        _round_statistics(double)
        features = _features(body, pixels)
    kernel, bias = fit_head(features, spec.classes)
    model = xception_family.build(xception_family.XceptionSpec(**fields))
    model.set_weights([*double.get_weights()[:-2], kernel, bias])
    return model


def _draw_kernels(model: tf_keras.Model) -> None:
    """Fill the kernels of all convolutions."""
    for layer in model.layers:
        if isinstance(layer, tf_keras.layers.SeparableConv2D):
            depthwise, pointwise = (tuple(weight.shape) for weight in layer.weights)
            layer.set_weights(
                [
                    smooth_kernel(f"{layer.name}/depthwise", depthwise, depthwise=True),
                    smooth_kernel(f"{layer.name}/pointwise", pointwise),
                ]
            )
        elif isinstance(layer, tf_keras.layers.Conv2D):
            layer.set_weights([smooth_kernel(layer.name, tuple(layer.kernel.shape))])


def _round_statistics(model: tf_keras.Model) -> None:
    """Round the moving statistics of all batch normalisations."""
    for layer in model.layers:
        if isinstance(layer, tf_keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            rounded = [round_mantissa(values, STATISTICS_BITS) for values in (mean, variance)]
            layer.set_weights([gamma, beta, *rounded])


def _features(body: tf_keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Return the pooled features, float64 [N, channels]; four images at a time."""
    batches = [body(pixels[i : i + 4], training=False).numpy() for i in range(0, len(pixels), 4)]
    return np.concatenate(batches)


def fit_head(features: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit the last layer; everything but one linear solve is exact in integers.

    Args:
      features: float64 [N, channels], N at least 2.
      classes: number of classes.

    Returns:
      kernel float32 [channels, classes] and bias float32 [classes].

    Raises:
      UserError: there is nothing to tell apart.
    """
    count = len(features)
    # Sums of whole numbers far below 2**53: exact in float64, in any order.
    whole = np.rint(features / _FEATURE_STEP)
    centre = np.rint(whole.sum(axis=0) / count)
    centred = whole - centre
    gram = centred @ centred.T
    if not gram.any():
        raise UserError(
            f"the {count} calibration images are all alike; give two or more varied photographs"
        )
    ridge = RIDGE * np.trace(gram) / count * np.eye(count)
    codes = bits.integers(SEED, "codes", -(2**15), 2**15, (count, classes)).astype(np.float64)
    dual = np.linalg.solve(gram + ridge, codes)
    dual -= dual.mean(axis=0)
    # All classes vary equally over the crops, so that none is favoured but those that lead.
    dual *= _strength(classes) / np.sqrt(((gram @ dual) ** 2).sum(axis=0))
    coefficients = np.rint(dual / np.abs(dual).max() * 2**_COEFFICIENT_BITS)
    kernel = centred.T @ coefficients
    scale = _temper(centred @ kernel)
    bias = -(centre.astype(np.int64) @ kernel.astype(np.int64))
    return (
        (kernel * (scale / _FEATURE_STEP)).astype(np.float32),
        (bias.astype(np.float64) * scale).astype(np.float32),
    )


def _strength(classes: int) -> np.ndarray:
    """Return float64 [classes]: 1 for every n-th class, a smaller share for those between."""
    percent = bits.integers(SEED, "strength", *OTHERS_PERCENT, classes)
    percent[:: max(1, classes // LEADING_CLASSES)] = 100
    return percent / 100


def _temper(logits: np.ndarray) -> float:
    """Return the largest factor 2**k or 1.5 * 2**k that keeps the mean top probability low."""
    logits = logits - logits.max(axis=1, keepdims=True)
    steps = (mantissa * 2.0**power for power in range(0, -80, -1) for mantissa in (1.5, 1.0))
    uniform = 1 / logits.shape[1]
    for factor in steps:
        top = 1 / np.exp(logits * factor).sum(axis=1)
        if top.mean() <= uniform + TOP_PROBABILITY * (1 - uniform):
            return factor
    return factor
