"""Checks a package against its manifest: pixels, labels, names."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from model_press.coreml.evaluator import program
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import files, labels, manifest
from model_press.formats.errors import UserError
from model_press.formats.manifest import Labels

# The ends and the middle of a byte: with a scale of 1/127 instead of 1/127.5 the last would be 1.0079.
_PIXELS = (0, 128, 255)
_TOLERANCE = 1e-5
_FIX = "take package and manifest from one target"


def check(classifier: ImageClassifier, description: manifest.CoremlManifest) -> None:
    """Raise UserError if the package behaves otherwise than its manifest says."""
    check_features(description, classifier.spec)
    check_labels(description.name, classifier.labels, description.labels)
    _check_entry(classifier, description)


def check_features(description: manifest.CoremlManifest, spec: Any) -> None:
    """Raise UserError unless a package's description (in its Model message) has what its manifest says."""
    name, image, output = description.name, description.input, description.output
    outputs = [output.label or output.name, output.name if output.label else output.indices or ""]
    found = manifest.ImageInput(*program.image_input(spec, name))
    if found != image:
        raise UserError(
            f"{name}: the package's input is {found.name} {found.height}x{found.width} {found.color_order}, its "
            f"manifest says {image.name} {image.height}x{image.width} {image.color_order}; {_FIX}"
        )
    names = [output.name for output in spec.description.output]
    if names != list(outputs):
        raise UserError(
            f"{name}: the package's outputs are {', '.join(names)}, its manifest says {', '.join(outputs)}; {_FIX}"
        )


def check_labels(name: str, found: Sequence[str], expected: Labels) -> None:
    """Raise UserError unless a package's description matches its manifest."""
    if files.sha256_bytes(labels.dump(list(found))) != expected.sha256:
        raise UserError(
            f"{name}: the package's {len(found)} labels ({', '.join(found[:2])} ...) are not those of "
            f"{expected.file}, or in another order; {_FIX}"
        )


def _check_entry(classifier: ImageClassifier, description: manifest.CoremlManifest) -> None:
    """Check that constant images become pixel * scale + bias in the program."""
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
