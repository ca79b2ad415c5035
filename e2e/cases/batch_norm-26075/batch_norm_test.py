"""Batch normalisation is folded away with the statistics of training, in either mode of the model."""

import numpy as np
import pytest
from model_press.convert import convert
from model_press.formats import normalization, recipes
from model_press.tflite.interpreter import Interpreter
from testing import keras_models
from testing.raises import user_error

IMAGES, _ = keras_models.photos(8, seed=3)
FP32 = recipes.read("models/recipes/fp32.json")
# What is left of convolutions, normalisation, ReLU, pooling and a dense layer; no arithmetic of statistics.
FOLDED = {"CAST", "CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED", "SOFTMAX"}


def _convert(path) -> convert.Converted:
    return convert.convert_model(path, normalization.NAMED["none"], FP32, None)


# shows: pain D26
@pytest.mark.parametrize("generation", ["2", "3"])
def test_statistics_are_folded_into_the_convolutions(tmp_path, generation):
    model = keras_models.classifier(generation)
    # As it is after fit(), and as it is saved by a user who called it so.
    model.trainable = True
    model(IMAGES.astype(np.float32), training=False)
    model.save(tmp_path / "m.keras")
    converted = _convert(tmp_path / "m.keras")
    assert {operator.name for operator in converted.file.operators} <= FOLDED
    interpreter = Interpreter(converted.data)
    outputs = np.concatenate([interpreter.run(image[None]) for image in IMAGES])
    expected = np.asarray(model(IMAGES.astype(np.float32), training=False))
    assert np.all(np.isfinite(outputs))
    assert np.abs(outputs - expected).max() < 1e-4
    # Statistics of the batch would have given other answers, or this test means nothing.
    training = np.asarray(model(IMAGES.astype(np.float32), training=True))
    assert np.abs(training - expected).max() > 0.01


# shows: pain D26
def test_lost_statistics_are_refused(tmp_path):
    model = keras_models.classifier("2")
    gamma, beta, mean, _ = model.get_layer("bn1").get_weights()
    model.get_layer("bn1").set_weights([gamma, beta, mean * np.nan, np.zeros_like(gamma)])
    model.save(tmp_path / "m.keras")
    with user_error("not finite", "batch normalisation statistics"):
        _convert(tmp_path / "m.keras")
