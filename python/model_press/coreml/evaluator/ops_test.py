"""Each operation of the evaluator against TensorFlow's, on the same numbers."""

import numpy as np
import pytest

from model_press.coreml.evaluator.ops import OPERATIONS
from model_press.process.tf_quiet import tensorflow

tf = tensorflow()
RNG = np.random.default_rng(0)


def _random(*shape):
    return RNG.normal(0, 1, shape).astype(np.float32)


def _nhwc(x):
    return np.moveaxis(x, 1, -1)


def _nchw(x):
    return np.moveaxis(np.asarray(x), -1, 1)


def _close(got, expected, scale=1e-5):
    expected = np.asarray(expected)
    assert got.shape == expected.shape
    assert np.allclose(got, expected, rtol=1e-4, atol=scale * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 5)])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [(11, 12), (12, 11)])
def test_convolution(kernel, strides, padding, size):
    x, w, b = _random(2, 4, *size), _random(6, 4, *kernel), _random(6)
    got = OPERATIONS["conv"](x=x, weight=w, bias=b, strides=strides, pad_type=padding)
    y = tf.nn.conv2d(_nhwc(x), np.transpose(w, (2, 3, 1, 0)), strides, padding.upper())
    _close(got, _nchw(tf.nn.bias_add(y, b)))


@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_depthwise_convolution(strides, padding):
    # Enough channels for several slices.
    x, w = _random(1, 70, 40, 39), _random(70, 1, 3, 3)
    got = OPERATIONS["conv"](x=x, weight=w, strides=strides, pad_type=padding, groups=70)
    kernel = np.transpose(w, (2, 3, 0, 1))
    y = tf.nn.depthwise_conv2d(_nhwc(x), kernel, (1, *strides, 1), padding.upper())
    _close(got, _nchw(y))


def test_grouped_convolution_and_channel_multiplier():
    x, w = _random(1, 6, 9, 9), _random(8, 3, 3, 3)
    got = OPERATIONS["conv"](x=x, weight=w, groups=2)
    _close(got, _nchw(tf.nn.conv2d(_nhwc(x), np.transpose(w, (2, 3, 1, 0)), 1, "VALID")))
    w = _random(12, 1, 3, 3)  # two filters a channel
    got = OPERATIONS["conv"](x=x, weight=w, groups=6)
    kernel = np.transpose(w.reshape(6, 2, 3, 3), (2, 3, 0, 1))
    _close(got, _nchw(tf.nn.depthwise_conv2d(_nhwc(x), kernel, (1, 1, 1, 1), "VALID")))


def test_dilated_and_custom_padded_convolution():
    x, w = _random(1, 3, 12, 13), _random(5, 3, 3, 3)
    got = OPERATIONS["conv"](x=x, weight=w, dilations=(2, 2), pad_type="same")
    kernel = np.transpose(w, (2, 3, 1, 0))
    _close(got, _nchw(tf.nn.conv2d(_nhwc(x), kernel, 1, "SAME", dilations=2)))
    got = OPERATIONS["conv"](x=x, weight=w, pad_type="custom", pad=(0, 1, 2, 0), strides=(2, 2))
    y = tf.nn.conv2d(_nhwc(x), kernel, 2, [[0, 0], [0, 1], [2, 0], [0, 0]])
    _close(got, _nchw(y))


def test_same_lower_puts_the_odd_one_before():
    x, w = _random(1, 2, 6, 6), _random(3, 2, 3, 3)
    got = OPERATIONS["conv"](x=x, weight=w, strides=(2, 2), pad_type="same_lower")
    kernel = np.transpose(w, (2, 3, 1, 0))
    y = tf.nn.conv2d(_nhwc(x), kernel, 2, [[0, 0], [1, 0], [1, 0], [0, 0]])
    _close(got, _nchw(y))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
def test_pooling(padding, strides):
    x = _random(2, 3, 10, 11) - 3  # below zero: padding must not win
    got = OPERATIONS["max_pool"](x=x, kernel_sizes=(3, 2), strides=strides, pad_type=padding)
    _close(got, _nchw(tf.nn.max_pool2d(_nhwc(x), (3, 2), strides, padding.upper())))
    got = OPERATIONS["avg_pool"](
        x=x,
        kernel_sizes=(3, 2),
        strides=strides,
        pad_type=padding,
        exclude_padding_from_average=True,
    )
    _close(got, _nchw(tf.nn.avg_pool2d(_nhwc(x), (3, 2), strides, padding.upper())))


def test_average_over_padding():
    x = np.ones((1, 1, 2, 2), np.float32)
    got = OPERATIONS["avg_pool"](x=x, kernel_sizes=(2, 2), pad_type="custom", pad=(1, 0, 0, 0))
    assert got.tolist() == [[[[0.5], [1.0]]]]


_UNARY = {
    "abs": tf.abs,
    "exp": tf.exp,
    "erf": tf.math.erf,
    "gelu": lambda x: tf.nn.gelu(x, approximate=False),
    "identity": tf.identity,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "sigmoid": tf.sigmoid,
    "silu": tf.nn.silu,
    "softplus": tf.nn.softplus,
    "square": tf.square,
    "tanh": tf.tanh,
}


@pytest.mark.parametrize("name", sorted(_UNARY))
def test_activation(name):
    x = 4 * _random(3, 50)
    _close(OPERATIONS[name](x=x), _UNARY[name](x))


@pytest.mark.parametrize("name", ["log", "sqrt", "rsqrt"])
def test_function_of_positive_numbers(name):
    x = np.abs(_random(3, 50)) + 0.1
    _close(OPERATIONS[name](x=x), getattr(tf.math, name)(x))


_BINARY = {
    "add": tf.add,
    "maximum": tf.maximum,
    "minimum": tf.minimum,
    "mul": tf.multiply,
    "pow": tf.pow,
    "real_div": tf.divide,
    "sub": tf.subtract,
}


@pytest.mark.parametrize("name", sorted(_BINARY))
def test_arithmetic_broadcasts(name):
    x, y = np.abs(_random(2, 3, 4, 5)) + 0.5, np.abs(_random(1, 3, 1, 1)) + 0.5
    _close(OPERATIONS[name](x=x, y=y), _BINARY[name](x, y))


def test_parametrised_activations():
    x = 4 * _random(2, 3, 4, 5)
    _close(OPERATIONS["leaky_relu"](x=x, alpha=0.2), tf.nn.leaky_relu(x, 0.2))
    _close(OPERATIONS["elu"](x=x, alpha=1.0), tf.nn.elu(x))
    _close(OPERATIONS["clip"](x=x, alpha=-1.0, beta=2.0), tf.clip_by_value(x, -1, 2))
    _close(OPERATIONS["sigmoid_hard"](x=x, alpha=1 / 6, beta=0.5), tf.nn.relu6(x + 3) / 6)
    slope = _random(3)
    _close(OPERATIONS["prelu"](x=x, alpha=slope), np.where(x > 0, x, x * slope[:, None, None]))
    _close(OPERATIONS["gelu"](x=x, mode="TANH_APPROXIMATION"), tf.nn.gelu(x, approximate=True))


def test_normalisation_softmax_reductions():
    x = _random(2, 5, 4, 3)
    mean, variance, gamma, beta = _random(5), np.abs(_random(5)) + 0.1, _random(5), _random(5)
    got = OPERATIONS["batch_norm"](
        x=x, mean=mean, variance=variance, gamma=gamma, beta=beta, epsilon=1e-3
    )
    y = tf.nn.batch_normalization(_nhwc(x), mean, variance, beta, gamma, 1e-3)
    _close(got, _nchw(y))
    _close(OPERATIONS["softmax"](x=x, axis=1), tf.nn.softmax(x, 1))
    for name in ("max", "mean", "min", "sum"):
        got = OPERATIONS["reduce_" + name](x=x, axes=[2, -1], keep_dims=True)
        _close(got, getattr(tf, "reduce_" + name)(x, (2, 3), True))


def test_dense_layers():
    x, w, b = _random(3, 7), _random(4, 7), _random(4)
    _close(OPERATIONS["linear"](x=x, weight=w, bias=b), tf.matmul(x, w, transpose_b=True) + b)
    _close(OPERATIONS["matmul"](x=x, y=w, transpose_y=True), tf.matmul(x, w, transpose_b=True))


def test_shapes():
    x = _random(2, 3, 4, 5)
    run = OPERATIONS
    _close(run["transpose"](x=x, perm=[0, 2, 3, 1]), tf.transpose(x, [0, 2, 3, 1]))
    _close(run["concat"](values=[x, x], axis=1), tf.concat([x, x], 1))
    _close(run["pad"](x=x, pad=[1, 2, 0, 1]), tf.pad(x, [[0, 0], [0, 0], [1, 2], [0, 1]]))
    _close(
        run["pad"](x=x, pad=[1, 1, 2, 2], mode="reflect"),
        tf.pad(x, [[0, 0], [0, 0], [1, 1], [2, 2]], "REFLECT"),
    )
    _close(run["reshape"](x=x, shape=[1, 12, 5]), tf.reshape(x, [2, 12, 5]))
    _close(run["squeeze"](x=run["expand_dims"](x=x, axes=[2]), axes=[2]), x)
    for part, expected in zip(
        run["split"](x=x, axis=1, split_sizes=[1, 2]), tf.split(x, [1, 2], 1), strict=True
    ):
        _close(part, expected)
    got = run["slice_by_index"](
        x=x,
        begin=[0, 1, 0, 2],
        end=[1, 3, 0, 0],
        stride=[1, 1, 2, 1],
        end_mask=[False, False, True, False],
        squeeze_mask=[False, False, False, True],
    )
    _close(got, x[:, 1:3, ::2, 2])


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("reshape", {"shape": [2, 60]}),
        ("transpose", {"perm": [1, 0, 2, 3]}),
        ("squeeze", {"axes": [0]}),
        ("reduce_mean", {"axes": [0]}),
        ("split", {"axis": 0, "num_splits": 1}),
        ("max_pool", {"kernel_sizes": [2, 2], "ceil_mode": True}),
    ],
)
def test_what_would_mix_images_or_is_not_run_is_refused(name, arguments):
    with pytest.raises(ValueError):
        OPERATIONS[name](x=_random(1, 3, 4, 5), **arguments)
