"""Inspections of real models: MobileNetV2 as converted in several ways, and the digits net's variants."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model_press.inspect import facts, inspect_model
from model_press.process import tf_quiet

TABLES = [os.environ["TENSORFLOW_LITE_TABLE"], os.environ["LITERT_TABLE"]]
SIZE = 96


def _traced(model: Any) -> tuple[Any, Any]:
    """A Keras model and its graph for one image: traced once, converted several times."""
    tf = tf_quiet.tensorflow()
    spec = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name="image")
    function = tf.function(lambda image: model(image, training=False), autograph=False)
    return model, function.get_concrete_function(spec)


@pytest.fixture(scope="module")
def mobilenet() -> tuple[Any, Any]:
    """MobileNetV2 as a user has it, with random weights."""
    k = tf_quiet.tf_keras()
    k.utils.set_random_seed(0)
    return _traced(
        k.applications.MobileNetV2(
            input_shape=(SIZE, SIZE, 3), alpha=0.35, weights=None, classes=100
        )
    )


@pytest.fixture(scope="module")
def small() -> tuple[Any, Any]:
    """A convolution and dense layers: converts in a tenth of the time."""
    return _net(0)


def _images():
    rng = np.random.default_rng(0)
    for _ in range(4):
        yield [rng.uniform(-1, 1, (1, SIZE, SIZE, 3)).astype(np.float32)]


def _int8(converter: Any, lite: Any) -> None:
    converter.optimizations = [lite.Optimize.DEFAULT]
    converter.representative_dataset = _images
    converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS_INT8]


def _inspect(
    tmp_path,
    traced: tuple[Any, Any],
    configure: Callable[[Any, Any], None],
    seconds: float | None = 0.4,
) -> facts.Inspection:
    lite = tf_quiet.tensorflow().lite
    model, concrete = traced
    converter = lite.TFLiteConverter.from_concrete_functions([concrete], model)
    configure(converter, lite)
    path = tmp_path / "m.tflite"
    with tf_quiet.capture_stderr():
        path.write_bytes(converter.convert())
    return inspect_model.inspect(path, TABLES, seconds=seconds)


def _what(found: facts.Inspection, severity: str) -> str:
    return " | ".join(f.what for f in found.findings if f.severity == severity)


def test_float(tmp_path, small):
    found = _inspect(tmp_path, small, lambda converter, lite: None)
    assert found.quantization.kind == "not quantized: float32"
    assert found.running.partitions == 1 and found.running.latency_ms > 0
    assert "MB of float32 weights" in _what(found, "large")
    assert all(loader.loads for loader in found.loaders)


def test_full_integer(tmp_path, mobilenet):
    found = _inspect(tmp_path, mobilenet, _int8)
    q = found.quantization
    assert q.kind == "full integer: int8 activations, int8 weights"
    assert q.per_channel > 50 and not q.dequantized_ops
    # Every convolution is delegated; what is left are the ends of the graph.
    assert {op.op for op in found.running.undelegated} <= {"QUANTIZE", "DEQUANTIZE", "SOFTMAX"}
    assert "integer model, but input" in _what(found, "note")
    assert not _what(found, "error") + _what(found, "slow")


def test_dynamic_range_with_a_dense_layer_that_old_runtimes_refuse(tmp_path, small):
    def configure(converter, lite):
        converter.optimizations = [lite.Optimize.DEFAULT]

    found = _inspect(tmp_path, small, configure, seconds=0)
    assert found.quantization.kind.startswith("dynamic range")
    assert [loader.loads for loader in found.loaders] == [False, True]
    assert "FULLY_CONNECTED version 12" in found.loaders[0].reasons[0]
    (error,) = [f for f in found.findings if f.severity == "error"]
    assert "per_channel_dense" in error.do
    assert found.minimum_runtime == "2.17.0"


def _net(share: float) -> tuple[Any, Any]:
    """A net of 1x1 convolutions that have this share of zeros, the smallest weights first."""
    k = tf_quiet.tf_keras()
    k.utils.set_random_seed(0)
    image = k.Input((SIZE, SIZE, 3))
    x = k.layers.Conv2D(96, 3, strides=8)(image)
    for _ in range(3):
        x = k.layers.ReLU()(k.layers.Conv2D(384, 1)(x))
    model = k.Model(image, k.layers.Dense(100)(k.layers.GlobalAveragePooling2D()(x)))
    for layer in model.layers:
        if isinstance(layer, k.layers.Conv2D) and layer.kernel_size == (1, 1):
            kernel, bias = layer.get_weights()
            small = np.abs(kernel) < np.quantile(np.abs(kernel), share)
            layer.set_weights([np.where(small, 0, kernel), bias])
    return _traced(model)


def test_pruned_and_dense(tmp_path):
    found = _inspect(tmp_path, _net(0.6), lambda converter, lite: None, seconds=None)
    zeros = [t.zeros for t in found.weight_tensors if len(t.shape) == 4]
    assert sum(share == pytest.approx(0.6, abs=0.02) for share in zeros) == 3
    assert not any(t.sparse for t in found.weight_tensors)
    assert "stored like any other value" in _what(found, "large")
    assert found.file.zipped_bytes < 0.75 * found.file.bytes


def test_pruned_and_sparse(tmp_path):
    def configure(converter, lite):
        converter.optimizations = [lite.Optimize.EXPERIMENTAL_SPARSITY]

    found = _inspect(tmp_path, _net(0.6), configure, seconds=None)
    sparse = [t for t in found.weight_tensors if t.sparse]
    assert sparse and all(t.zeros == pytest.approx(0.6, abs=0.02) for t in sparse)
    assert "under 70 % zeros" in _what(found, "large")
    assert "stored sparsely" in _what(found, "risk")


def test_a_float_island_is_named(tmp_path):
    tf, k = tf_quiet.tensorflow(), tf_quiet.tf_keras()
    image = k.Input((SIZE, SIZE, 3))
    x = k.layers.Conv2D(8, 3, activation="relu")(image)
    x = k.layers.Lambda(lambda x: tf.math.sin(x), name="wave")(x)
    x = k.layers.GlobalAveragePooling2D()(k.layers.Conv2D(8, 3)(x))
    model = k.Model(image, k.layers.Dense(4)(x))

    def configure(converter, lite):
        converter.optimizations = [lite.Optimize.DEFAULT]
        converter.representative_dataset = _images

    found = _inspect(tmp_path, _traced(model), configure)
    (island,) = found.quantization.dequantized_ops
    assert island.ops == ("SIN",) and island.layer == "wave"
    # XNNPACK of LiteRT runs it in float inside its partition; who does not run the model cannot know.
    assert "dequantized operator at wave" in _what(found, "note")
    unknown = inspect_model.inspect(tmp_path / "m.tflite", TABLES, seconds=None)
    assert "dequantized operator at wave" in _what(unknown, "slow")


@pytest.mark.parametrize(
    "variant, kind, outside",
    [
        ("fp32", "not quantized", None),
        ("fp16", "float16 weights", None),
        ("dynamic_int8", "dynamic range", "DEPTHWISE_CONV_2D"),
        ("int8", "full integer: int8", None),
        ("int16x8", "full integer: int16", "CONV_2D"),
    ],
)
def test_digits_variants(variant, kind, outside):
    found = inspect_model.inspect(f"models/digits/digits_{variant}.tflite", TABLES, seconds=0.4)
    assert found.quantization.kind.startswith(kind)
    assert all(loader.loads for loader in found.loaders)
    ops = {op.op for op in found.running.undelegated}
    assert (outside in ops) if outside else ops <= {"CAST", "QUANTIZE", "SOFTMAX"}
    assert not _what(found, "error")
