"""Activations and arithmetic."""

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


OPERATIONS = {
    "abs": lambda x: np.abs(x),
    "add": lambda x, y: x + y,
    "clip": lambda x, alpha, beta: np.clip(x, alpha, beta),
    "elu": _elu,
    "erf": lambda x: _erf(x),
    "exp": lambda x: np.exp(x),
    "floor": lambda x: np.floor(x),
    "gelu": _gelu,
    "identity": lambda x: x,
    "leaky_relu": lambda x, alpha: np.where(x > 0, x, alpha * x),
    "log": lambda x, epsilon=1e-45: np.log(x + epsilon),
    "maximum": lambda x, y: np.maximum(x, y),
    "minimum": lambda x, y: np.minimum(x, y),
    "mul": lambda x, y: x * y,
    "pow": lambda x, y: np.power(x, y),
    "prelu": lambda x, alpha: np.where(x > 0, x, alpha.reshape(1, -1, 1, 1) * x),
    "real_div": lambda x, y: x / y,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "rsqrt": lambda x, epsilon=1e-12: 1 / np.sqrt(x + epsilon),
    "sigmoid": _sigmoid,
    "sigmoid_hard": lambda x, alpha=0.2, beta=0.5: np.clip(alpha * x + beta, 0, 1),
    "silu": lambda x: x * _sigmoid(x),
    "softplus": lambda x: np.logaddexp(x, 0),
    "sqrt": lambda x: np.sqrt(x),
    "square": lambda x: x * x,
    "sub": lambda x, y: x - y,
    "tanh": lambda x: np.tanh(x),
}
