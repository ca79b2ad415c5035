"""Keras models as import-model leaves them."""

import pathlib
from typing import Any

import numpy as np
from model_press.formats import model_info, normalization
from model_press.images import preprocess
from model_press.keras_io import import_model

from testing import keras_models

TF = normalization.NAMED["tf"]


def describe(
    source: pathlib.Path,
    folder: pathlib.Path,
    name: str = "net",
    pre: normalization.Normalization = TF,
) -> tuple[pathlib.Path, model_info.ModelInfo]:
    """Import a model file as folder/name.model, .json and .labels.txt; return the first and the description."""
    outputs = [folder / f"{name}.{end}" for end in ("model", "json", "labels.txt")]
    import_model.import_model(source, None, pre, "crop", True, name, *outputs)
    return outputs[0], model_info.read(outputs[1])


def save(
    model: Any, folder: pathlib.Path, pre: normalization.Normalization = TF
) -> tuple[pathlib.Path, model_info.ModelInfo]:
    """Save a model as net.keras and import it."""
    model.save(folder / "net.keras")
    return describe(folder / "net.keras", folder, pre=pre)


def tiny(folder: pathlib.Path, generation: str, pixels: np.ndarray, classes: np.ndarray) -> None:
    """Fit, save and import keras_models.classifier: tiny.keras, tiny.model, tiny.json, tiny.labels.txt.

    Args:
      folder: an existing folder.
      generation: "2" or "3", of Keras.
      pixels, classes: from keras_models.photos; what the head is fitted to.
    """
    model = keras_models.classifier(generation)
    keras_models.fit_head(model, preprocess.normalize(pixels, TF), classes)
    model.save(folder / "tiny.keras")
    describe(folder / "tiny.keras", folder, "tiny")
