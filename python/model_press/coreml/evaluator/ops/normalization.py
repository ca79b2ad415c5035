"""Batch normalisation, softmax and reductions."""

import numpy as np


def batch_norm(x, mean, variance, gamma=None, beta=None, epsilon=1e-5):
    """Normalise x [N, C, ...] by the statistics of each channel."""
    shape = (1, -1) + (1,) * (x.ndim - 2)
    scale = 1 / np.sqrt(variance + np.float32(epsilon))
    scale = scale if gamma is None else scale * gamma
    offset = -mean * scale if beta is None else beta - mean * scale
    return x * scale.reshape(shape) + offset.reshape(shape)


def softmax(x, axis=-1):
    """Return exp(x) over its sum along an axis."""
    e = np.exp(x - x.max(int(axis), keepdims=True))
    return e / e.sum(int(axis), keepdims=True)


def _reduction(function):
    def reduce(x, axes=None, keep_dims=False):
        axes = None if axes is None else tuple(int(a) for a in np.ravel(axes))
        if axes is None or 0 in {a % x.ndim for a in axes}:
            raise ValueError("it reduces over the axis of images")
        return function(x, axis=axes, keepdims=bool(keep_dims))

    return reduce


OPERATIONS = {
    "batch_norm": batch_norm,
    "reduce_max": _reduction(np.max),
    "reduce_mean": _reduction(np.mean),
    "reduce_min": _reduction(np.min),
    "reduce_sum": _reduction(np.sum),
    "softmax": softmax,
}
