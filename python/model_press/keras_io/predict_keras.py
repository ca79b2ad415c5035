"""predict-keras: the Keras model's own outputs for every image of a set, streamed to disk."""

import os
from collections.abc import Iterator

import numpy as np

from model_press.formats import model_info
from model_press.images import outputs_file, preprocess
from model_press.keras_io import load
from model_press.process import progress

_BATCH = 16


def predict_keras(
    model: str | os.PathLike[str],
    info: model_info.ModelInfo,
    images_path: str | os.PathLike[str],
    out: str | os.PathLike[str],
) -> None:
    """Write the Keras model's own float32 outputs [N, classes] for raw RGB pixels."""
    pixels = outputs_file.read_images(images_path, info.height, info.width)
    normalization = info.preprocess.normalization
    with load.load(model) as loaded:
        # A model that was saved with a batch size of one takes no more.
        batch = loaded.input_shape[0] or _BATCH
        function = load.compiled(loaded)

        def outputs() -> Iterator[np.ndarray]:
            starts = range(0, len(pixels), batch)
            for start in progress.track(starts, "predict with Keras"):
                part = preprocess.normalize(
                    np.asarray(pixels[start : start + batch]), normalization
                )
                missing = batch - len(part)
                padded = np.pad(part, ((0, missing), (0, 0), (0, 0), (0, 0)))
                yield np.asarray(function(padded), np.float32)[: len(part)]

        outputs_file.stream(out, (len(pixels), info.classes), np.dtype(np.float32), outputs())
