"""Activations, arithmetic, normalisation, reductions and dense layers."""

import numpy as np


def _sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def _erf(x):
    # Abramowitz and Stegun 7.1.26: the largest error is 1.5e-7.
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = (
        (((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592
    ) * t
    return np.sign(x) * (1 - series * np.exp(-x * x))


def _gelu(x, mode="EXACT"):
    if mode == "EXACT":
        return 0.5 * x * (1 + _erf(x / np.sqrt(2)))
    if mode == "TANH_APPROXIMATION":
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return x * _sigmoid(1.702 * x)


def _elu(x, alpha):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


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


def linear(x, weight, bias=None):
    """Multiply x [..., C] by weight [O, C]."""
    y = x @ weight.T
    return y if bias is None else y + bias


def matmul(x, y, transpose_x=False, transpose_y=False):
    """Return the matrix product of the last two axes."""
    x = np.swapaxes(x, -1, -2) if transpose_x else x
    return x @ (np.swapaxes(y, -1, -2) if transpose_y else y)


OPERATIONS = {
    "abs": lambda x: np.abs(x),
    "add": lambda x, y: x + y,
    "batch_norm": batch_norm,
    "clip": lambda x, alpha, beta: np.clip(x, alpha, beta),
    "elu": _elu,
    "erf": lambda x: _erf(x),
    "exp": lambda x: np.exp(x),
    "floor": lambda x: np.floor(x),
    "gelu": _gelu,
    "identity": lambda x: x,
    "leaky_relu": lambda x, alpha: np.where(x > 0, x, alpha * x),
    "linear": linear,
    "log": lambda x, epsilon=1e-45: np.log(x + epsilon),
    "matmul": matmul,
    "maximum": lambda x, y: np.maximum(x, y),
    "minimum": lambda x, y: np.minimum(x, y),
    "mul": lambda x, y: x * y,
    "pow": lambda x, y: np.power(x, y),
    "prelu": lambda x, alpha: np.where(x > 0, x, alpha.reshape(1, -1, 1, 1) * x),
    "real_div": lambda x, y: x / y,
    "reduce_max": _reduction(np.max),
    "reduce_mean": _reduction(np.mean),
    "reduce_min": _reduction(np.min),
    "reduce_sum": _reduction(np.sum),
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "rsqrt": lambda x, epsilon=1e-12: 1 / np.sqrt(x + epsilon),
    "sigmoid": _sigmoid,
    "sigmoid_hard": lambda x, alpha=0.2, beta=0.5: np.clip(alpha * x + beta, 0, 1),
    "silu": lambda x: x * _sigmoid(x),
    "softmax": softmax,
    "softplus": lambda x: np.logaddexp(x, 0),
    "sqrt": lambda x: np.sqrt(x),
    "square": lambda x: x * x,
    "sub": lambda x, y: x - y,
    "tanh": lambda x: np.tanh(x),
}
