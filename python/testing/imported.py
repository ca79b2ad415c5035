"""A small trained model as import-model leaves it."""

import pathlib

import numpy as np
from model_press.formats import normalization
from model_press.images import preprocess
from model_press.keras_io import import_model

from testing import keras_models


def tiny(folder: pathlib.Path, generation: str, pixels: np.ndarray, classes: np.ndarray) -> None:
    """Fit, save and import keras_models.classifier: tiny.keras, tiny.model, tiny.json, tiny.labels.txt.

    Args:
      folder: an existing folder.
      generation: "2" or "3", of Keras.
      pixels, classes: from keras_models.photos; what the head is fitted to.
    """
    tf = normalization.NAMED["tf"]
    model = keras_models.classifier(generation)
    keras_models.fit_head(model, preprocess.normalize(pixels, tf), classes)
    model.save(folder / "tiny.keras")
    import_model.import_model(
        folder / "tiny.keras",
        None,
        tf,
        "crop",
        True,
        "tiny",
        folder / "tiny.model",
        folder / "tiny.json",
        folder / "tiny.labels.txt",
    )
