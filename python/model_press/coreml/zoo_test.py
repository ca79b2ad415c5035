"""The evaluator against Keras on models of Keras' applications: every operation that they convert to is run and agrees.

Weights are random but of a size that keeps activations from vanishing, so that outputs are not one value.
"""

import gc

import numpy as np
import pytest
from testing import coreml_models, keras_models

from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import normalization
from model_press.images import preprocess
from model_press.process.tf_quiet import clear_session, tf_keras

# Name, input size, what the model does with pixels itself.
_MODELS = [
    ("Xception", 299),
    ("MobileNet", 224),
    ("MobileNetV2", 224),
    ("MobileNetV3Small", 224),
    ("MobileNetV3Large", 224),
    ("EfficientNetB0", 224),
    ("EfficientNetV2B0", 224),
    ("ResNet50", 224),
    ("ResNet50V2", 224),
    ("DenseNet121", 224),
    ("InceptionV3", 299),
]
_OWN_SCALING = ("MobileNetV3", "EfficientNet")


def _pictures(count: int, seed: int, size: int) -> np.ndarray:
    """uint8 [count, size, size, 3] coloured waves under noise.

    Smooth ones alone have channels of almost no variance deep in a random net, which batch normalisation
    then blows up: float32 itself is off by 1e-4 there.
    """
    waves = keras_models.photos(count, seed=seed, size=size)[0].astype(np.float32)
    noise = np.random.default_rng(seed).uniform(-60, 60, waves.shape)
    return np.clip(waves + noise, 0, 255).astype(np.uint8)


def _model(name: str, size: int):
    """The model with ten classes, batch-norm statistics taken from photographs and a spread head."""
    keras = tf_keras()
    keras.utils.set_random_seed(0)
    model = getattr(keras.applications, name)(
        weights=None,
        classes=keras_models.CLASSES,
        input_shape=(size, size, 3),
        classifier_activation=None,
    )
    photos = _pictures(16, 3, size).astype(np.float32)
    images = photos if name.startswith(_OWN_SCALING) else photos / 127.5 - 1
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    for _ in range(2):  # every layer's statistics are those of its own input
        model(images, training=True)
    logits = np.asarray(model(images))
    # The last layer with weights: MobileNet V1 and V3 have a convolution there, and reshape after it.
    head = next(layer for layer in reversed(model.layers) if layer.get_weights())
    kernel, bias = head.get_weights()
    gain = 1 / max(logits.std(), 1e-6)
    head.set_weights([kernel * gain, (bias - logits.mean(0)) * gain])
    output = keras.layers.Softmax()(model.output)
    return keras.Model(model.input, output)


# shows: pain D46
@pytest.mark.parametrize("name, size", _MODELS, ids=[name for name, _ in _MODELS])
def test_evaluator_agrees_with_keras(tmp_path, name, size):
    pre = normalization.NAMED["none" if name.startswith(_OWN_SCALING) else "tf"]
    model = _model(name, size)
    images = _pictures(8, 4, size)
    expected = np.asarray(model(preprocess.normalize(images, pre)))
    # Not degenerate: several answers, none of them alike for all.
    assert len(set(expected.argmax(1))) >= 2 and expected.std(0).max() > 0.01
    source = coreml_models.source(tmp_path, model, pre)
    variant = source.convert(coreml_models.recipe("fp32", min_elements=2048))
    del model
    clear_session()
    gc.collect()
    found = ImageClassifier(variant.package).run(images)
    difference = np.abs(found - expected).max() / np.ptp(expected)
    print(
        f"{name}: {difference:.2g} of the range, operations {', '.join(variant.manifest.requires.operations)}"
    )
    assert difference <= 1e-4
