"""Zeros in Xception's weights make no inference faster, and the inspector says why; in a net made for it they can."""

import os
import pathlib

import numpy as np
from model_press.inspect import inspect_model
from model_press.inspect.checks import sparse_kernels
from model_press.process import tf_quiet
from model_press.tflite import reader, source

SIZE = 96


def _obstacles(path: str | os.PathLike) -> tuple[str, ...]:
    with source.opened(path) as (data, file):
        return sparse_kernels.obstacles(data, reader.main_graph(data, file, str(path)))


# shows: pain 0.1
def test_xception_never_meets_the_conditions():
    found = _obstacles(os.environ["XCEPTION"])
    assert found[0] == "its first convolution block1_conv1_act is not padded by 1 on each side"
    assert "3x3 convolution at block1_conv2_act" in found
    assert "MAX_POOL_2D at block2_pool" in found
    assert "1x1 convolution with stride 2 at block2_shortcut_bn" in found


# shows: pain 0.1
def test_the_inspector_says_so_of_a_pruned_model():
    found = inspect_model.inspect(os.environ["PRUNED"], [], seconds=None)
    (zeros,) = [f for f in found.findings if "of the weights are zero" in f.what]
    assert "XNNPACK's sparse kernels cannot run this graph: its first convolution" in zeros.why


def _net(share: float, pool: bool = False) -> bytes:
    """A small net as MobileNets are, with this share of zeros in its 1x1 convolutions."""
    tf, k = tf_quiet.tensorflow(), tf_quiet.tf_keras()
    k.utils.set_random_seed(0)
    image = k.Input((SIZE, SIZE, 3))
    x = k.layers.ZeroPadding2D(1)(image)
    x = k.layers.ReLU()(k.layers.Conv2D(16, 3, strides=2)(x))
    x = k.layers.MaxPooling2D()(x) if pool else x
    x = k.layers.DepthwiseConv2D(3, padding="same", activation="relu")(x)
    x = k.layers.Conv2D(128, 1, activation="relu", name="pointwise")(x)
    x = k.layers.GlobalAveragePooling2D()(x)
    model = k.Model(image, k.layers.Dense(10)(x))
    kernel, bias = model.get_layer("pointwise").get_weights()
    small = np.abs(kernel) < np.quantile(np.abs(kernel), share)
    model.get_layer("pointwise").set_weights([np.where(small, 0, kernel), bias])
    spec = tf.TensorSpec((1, SIZE, SIZE, 3), tf.float32)
    function = tf.function(lambda x: model(x, training=False), autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function(spec)], model
    )
    converter.optimizations = [tf.lite.Optimize.EXPERIMENTAL_SPARSITY]
    with tf_quiet.capture_stderr():
        return converter.convert()


def _of(data: bytes, folder: pathlib.Path) -> tuple[str, ...]:
    path = folder / "net.tflite"
    path.write_bytes(data)
    return _obstacles(path)


# shows: pain 0.1
def test_a_net_made_for_them_meets_the_conditions(tmp_path):
    assert _of(_net(0.75), tmp_path) == ()


def test_each_condition_counts(tmp_path):
    assert _of(_net(0.75, pool=True), tmp_path) == ("MAX_POOL_2D at max_pooling2d",)
    (few,) = _of(_net(0.5), tmp_path)
    assert few == "50% of the weights of its 1x1 convolutions are zero, not two thirds"
