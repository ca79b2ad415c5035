"""check-coreml-camera-parity: whether a package with camera input answers as the separate steps do."""

import argparse
import os

import numpy as np

from model_press.camera_input import separate
from model_press.camera_input.coreml.runner import FusedPackage
from model_press.camera_input.tflite import frames
from model_press.coreml import package, verify
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.formats.manifest import CoremlManifest
from model_press.gates import camera_parity, parity
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.images import outputs_file


def check(
    folder: str | os.PathLike[str],
    description: CoremlManifest,
    plain_folder: str | os.PathLike[str],
    plain: CoremlManifest,
    images_path: str | os.PathLike[str],
    count: int,
    min_agreement: float,
    max_difference: float,
) -> Result:
    """Compare a fused package with the one that it was made from, on the same pictures.

    Args:
      images_path: uint8 RGB pixels [N, H, W, 3] of the network's size, of which the first `count` become pictures.
      min_agreement: least share of pictures with the same classes in the same order.
      max_difference: most that any score may differ.
    Raises:
      UserError: files that are not the manifests', or images on which hardly ever another class is best.
    """
    package.verify(plain_folder, plain.model.sha256)
    network = ImageClassifier(plain_folder)
    verify.check(network, plain)
    fused = FusedPackage(folder, description)
    pixels = outputs_file.read_images(images_path, *description.camera.model_input_size)[:count]
    same, largest, tops = 0, 0.0, []
    for image in pixels:
        frame = frames.make(image, description.camera)
        scores, indices = fused.run(frame)
        seen = separate.pixels(frame, description.camera, *description.camera.model_input_size)
        expected, best = separate.answer(network.run(seen[None])[0], description.postprocess)
        same += indices is None or (best is not None and np.array_equal(indices, best))
        largest = max(largest, float(np.abs(scores.astype(np.float64) - expected).max()))
        tops.append(int(expected.argmax() if best is None else best[0]))
    distinct, needed = len(set(tops)), parity.min_distinct_top1(description.labels.count)
    if distinct < needed:
        raise UserError(
            f"the images are degenerate: {distinct} distinct top-1 classes on {len(tops)} pictures, at least {needed} "
            "are needed; choose more varied images"
        )
    return Result(
        "fused parity",
        (
            Measure("frames with the same classes", same / len(tops), min_agreement, at_most=False),
            Measure("largest score difference", largest, max_difference, at_most=True),
        ),
        {"frames": len(tops), "distinct top-1 classes": distinct},
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    camera_parity.add_arguments(parser, "package", "the one that it was made from")


def _check(options: argparse.Namespace) -> Result:
    return check(
        options.package,
        manifest.read_coreml(options.manifest, camera=True),
        options.plain_package,
        manifest.read_coreml(options.plain_manifest, camera=False),
        options.images,
        options.count,
        options.min_agreement,
        options.max_difference,
    )


COMMAND = gate(
    "check-coreml-camera-parity",
    "a package with camera input against the separate steps",
    _add_arguments,
    _check,
)
