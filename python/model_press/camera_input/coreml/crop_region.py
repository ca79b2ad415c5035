"""Finds the crop region of a package with camera input by its program, for callers without a manifest."""

import os

import numpy as np
from PIL import Image

from model_press.camera_input import separate
from model_press.coreml.evaluator import program
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats.camera_input import CameraFrame
from model_press.formats.errors import UserError
from model_press.images import decode

# Names in packages that were made by fusing.py.
CROP, COLUMNS, ROWS, ROUNDED = "entry_crop", "entry_columns", "entry_rows", "_round"
SCORES, INDICES = "scores", "indices"


def require_label(folder: str | os.PathLike[str]) -> None:
    """Raise UserError for a package that returns class numbers instead of a label."""
    outputs = [output.name for output in program.read_spec(folder).description.output]
    if outputs == [SCORES, INDICES]:
        raise UserError(
            f"model {folder} answers {SCORES} and {INDICES}, expected a label; give the package that it was made from, "
            "or fuse it without topk and argmax"
        )


def place(image: Image.Image, classifier: ImageClassifier, fit: str) -> np.ndarray:
    """Return uint8 RGB [height, width, 3] of the classifier's input size, of a picture of any size.

    Args:
      image: RGB, upright.
      fit: "crop" or "stretch", how the picture meets the input's shape; of a package that crops its input, the shape
        of what it leaves.
    """
    camera = CameraFrame(classifier.height, classifier.width, "RGB", "crop", "bilinear_antialias")
    network = _network(classifier.program, camera)
    if network is None:
        return decode.fit(image, classifier.width, classifier.height, fit)
    return separate.place(image, camera, network, fit)


def _network(source: program.Program, camera: CameraFrame) -> tuple[int, int] | None:
    """Return the (height, width) that a package resizes its cropped input to, or None if it does not crop."""
    shapes = {name: kind.shape for op in source.operations for name, kind in op.outputs if kind}
    # What has the network's length already is not resized along that axis.
    last = next((name for name in (ROWS + ROUNDED, COLUMNS + ROUNDED, CROP) if name in shapes), "")
    if CROP not in shapes or len(shapes[last]) != 4 or min(shapes[last]) < 1:
        return None
    height, width = shapes[last][2:]
    left, top, right, bottom = separate.box(camera, height, width)
    return (height, width) if shapes[CROP] == (1, 3, bottom - top, right - left) else None
