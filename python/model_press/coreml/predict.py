"""predict-coreml: the scores of a Core ML package for every image of a set, evaluated without an Apple machine."""

import os
from collections.abc import Iterator

import numpy as np

from model_press.coreml import package, verify
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import manifest
from model_press.images import outputs_file
from model_press.process import progress


def predict_coreml(
    folder: str | os.PathLike[str],
    description: manifest.CoremlManifest,
    images_path: str | os.PathLike[str],
    out: str | os.PathLike[str],
) -> None:
    """Write float32 scores [N, classes] in the labels' order, float16 where the program declares it.

    Args:
      folder: the .mlpackage that `description` was written for (checked by its digest).
      images_path: uint8 RGB pixels [N, H, W, 3] of the model's size.

    Raises:
      UserError: another package, one that does not keep its manifest's word, other images, an unknown operation, or a
        float16 overflow.
    """
    package.verify(folder, description.model.sha256)
    pixels = outputs_file.read_images(
        images_path, description.input.height, description.input.width
    )
    classifier = ImageClassifier(folder)
    verify.check(classifier, description)

    def outputs() -> Iterator[np.ndarray]:
        starts = range(0, len(pixels), classifier.batch)
        for start in progress.track(starts, "evaluate Core ML"):
            yield classifier.run(np.asarray(pixels[start : start + classifier.batch]))

    outputs_file.stream(
        out, (len(pixels), description.output.shape[1]), np.dtype(np.float32), outputs()
    )
