"""Whether a package is what its manifest says: pixels, labels, names."""

import numpy as np

from model_press import files, labels
from model_press.coreml import manifest
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.errors import UserError

# The ends and the middle of a byte: with a scale of 1/127 instead of 1/127.5 the last would be 1.0079.
_PIXELS = (0, 128, 255)
_TOLERANCE = 1e-5


def check(classifier: ImageClassifier, description: manifest.CoremlManifest) -> None:
    """Raises UserError naming what the package does otherwise than its manifest says."""
    expected = description.input
    found = manifest.ImageInput(
        classifier.input_name, classifier.height, classifier.width, classifier.color_order
    )
    if found != expected:
        raise UserError(
            f"{description.name}: the package's input is {found.name} {found.height}x{found.width} "
            f"{found.color_order}, its manifest says {expected.name} {expected.height}x{expected.width} "
            f"{expected.color_order}"
        )
    names = tuple(output.name for output in classifier.spec.description.output)
    wanted = (description.features.label, description.features.probabilities)
    if names != wanted:
        raise UserError(
            f"{description.name}: the package's outputs are {', '.join(names)}, its manifest says "
            f"{', '.join(wanted)}"
        )
    _check_labels(classifier, description)
    _check_entry(classifier, description)


def _check_labels(classifier: ImageClassifier, description: manifest.CoremlManifest) -> None:
    sha256 = files.sha256_bytes(labels.dump(classifier.labels))
    if sha256 != description.labels.sha256:
        raise UserError(
            f"{description.name}: the package's {len(classifier.labels)} labels ({classifier.labels[0]}, "
            f"{classifier.labels[1]} ...) are not those of {description.labels.file}, or in another order"
        )


def _check_entry(classifier: ImageClassifier, description: manifest.CoremlManifest) -> None:
    """Constant images must become pixel * scale + bias, whatever the program does with it."""
    scale = description.preprocess.scale
    bias = np.asarray(description.preprocess.bias)
    steps = int(scale != 1) + int(np.any(bias != 0))
    for pixel in _PIXELS:
        image = np.full((1, classifier.height, classifier.width, 3), pixel, np.uint8)
        found = classifier.entry(image, steps)[0].reshape(3, -1)
        wanted = pixel * scale + bias
        worst = np.abs(found - wanted[:, None]).max(1)
        channel = int(worst.argmax())
        if worst[channel] > _TOLERANCE * max(1, np.abs(wanted).max()):
            raise UserError(
                f"{description.name}: the package turns pixel {pixel} of channel {channel} into "
                f"{found[channel, 0]:.6g}, expected {wanted[channel]:.6g} (pixel * {scale:.6g} + "
                f"{bias[channel]:.6g}); set ImageType's scale and bias exactly"
            )
