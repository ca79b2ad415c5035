"""Re-estimates batch-norm statistics after channel pruning."""

from typing import Any

import numpy as np

from model_press.formats.normalization import Normalization
from model_press.images import preprocess
from model_press.process.tf_quiet import tensorflow


def reestimate(
    model: Any, pixels: np.ndarray, normalization: Normalization, batch: int = 16
) -> None:
    """Set moving means and variances to their mean over whole batches of uint8 RGB images [N, H, W, 3].

    Layers whose `trainable` is off keep theirs, as in training.
    """
    tf = tensorflow()
    norms = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    momenta = [norm.momentum for norm in norms]
    starts = range(0, max(len(pixels) - batch + 1, 1), batch)
    try:
        for number, start in enumerate(starts):
            for norm in norms:
                norm.momentum = number / (number + 1)  # the mean of all batches so far
            images = preprocess.normalize(np.asarray(pixels[start : start + batch]), normalization)
            model(tf.constant(images), training=True)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
