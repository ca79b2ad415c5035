"""Each engine and each quantiser on a small net: the same answers as Keras."""

import numpy as np
import pytest
from model_press.process import tf_quiet

from benchmarks.peers import engines, quantisers

_SIZE, _CLASSES = 16, 4


@pytest.fixture(name="net", scope="module")
def _net(tmp_path_factory):
    """A .tflite, images uint8 [64, 16, 16, 3], and the classes that Keras gives them."""
    tf, keras = tf_quiet.tensorflow(), tf_quiet.tf_keras()
    keras.utils.set_random_seed(1)
    image = keras.Input((_SIZE, _SIZE, 3), dtype="uint8", name="image", batch_size=1)
    inner = keras.layers.Rescaling(1 / 127.5, -1.0)(tf.cast(image, tf.float32))
    inner = keras.layers.Conv2D(16, 3, strides=2, activation="relu")(inner)
    features = keras.layers.GlobalAveragePooling2D()(inner)
    dense = keras.layers.Dense(_CLASSES, name="dense")
    model = keras.Model(image, keras.layers.Softmax()(dense(features)))
    random = np.random.default_rng(2)
    images = random.integers(0, 256, (64, _SIZE, _SIZE, 3), np.uint8)
    images //= random.integers(1, 9, (64, 1, 1, 3), np.uint8)
    # Centred and far apart, so that every class comes first somewhere, and clearly.
    inside = keras.Model(image, features)
    found = np.concatenate([inside(each[None]).numpy() for each in images])
    kernel = dense.kernel.numpy() * 30
    dense.set_weights([kernel, -found.mean(0) @ kernel])
    source = tmp_path_factory.mktemp("net") / "net.tflite"
    source.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    classes = np.concatenate([model(each[None]).numpy() for each in images]).argmax(1)
    assert len(set(classes)) > 2
    return str(source), images, classes


def test_float_models_answer_alike(net, tmp_path):
    source, images, classes = net
    for engine, path in [
        ("LiteRT", source),
        ("ONNX Runtime", quantisers.onnx_float(source, tmp_path)),
        ("OpenVINO", quantisers.openvino_float(source, tmp_path)),
    ]:
        loaded = engines.load(engine, path, 1)
        assert loaded.input_shape == (1, _SIZE, _SIZE, 3)
        assert engines.top1(loaded, images, classes) == 1.0


def test_quantised_models_are_smaller_and_answer_much_alike(net, tmp_path):
    source, images, classes = net
    onnx = quantisers.onnx_float(source, tmp_path)
    for engine, path in [
        ("LiteRT", quantisers.ai_edge(source, images, tmp_path)),
        ("ONNX Runtime", quantisers.onnx_static_int8(onnx, images, tmp_path)),
        ("OpenVINO", quantisers.nncf_int8(source, images, tmp_path)),
    ]:
        assert engines.top1(engines.load(engine, path, 1), images, classes) >= 0.7


def test_size_has_the_weights_beside_the_xml(tmp_path):
    (tmp_path / "a.xml").write_bytes(b"x" * 5)
    (tmp_path / "a.bin").write_bytes(b"x" * 7)
    (tmp_path / "a.onnx").write_bytes(b"x" * 3)
    assert engines.size(str(tmp_path / "a.xml")) == 12
    assert engines.size(str(tmp_path / "a.onnx")) == 3
