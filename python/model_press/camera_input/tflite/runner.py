"""Runs a .tflite with camera input."""

import os
from typing import Any

import numpy as np
from PIL import Image

from model_press.camera_input import separate
from model_press.formats.errors import UserError
from model_press.formats.manifest import TfliteManifest
from model_press.images import preprocess
from model_press.tflite.interpreter import DEFAULT_THREADS, XNNPACK, Delegate, load


def frame_of(image: Image.Image, description: TfliteManifest) -> np.ndarray:
    """Return uint8 description.camera.shape, as the model takes it, of an upright RGB picture of any size.

    A picture of the frame's size goes in as it is. Of another the part that the network is to see, the same as of a
    model that crops nothing, is put where this one looks.
    """
    camera = description.camera
    return separate.encode(separate.place(image, camera, camera.model_input_size), camera)


class FusedRunner:
    """One frame in, scores and class indices out. Not thread-safe: the interpreter has one input buffer.

    Args:
      model: path or bytes of the .tflite that `description` was written for.
    Raises:
      UserError: the runtime cannot load it, or its tensors are not the manifest's.
    """

    def __init__(
        self,
        model: bytes | str | os.PathLike[str],
        description: TfliteManifest,
        threads: int = DEFAULT_THREADS,
        delegate: Delegate = XNNPACK,
    ):
        self._interpreter = load(model, threads, delegate)
        details = self._interpreter.get_input_details() + self._interpreter.get_output_details()
        output = description.output
        actual = [(tuple(d["shape"].tolist()), np.dtype(d["dtype"]).name) for d in details]
        tensors = (description.input, output)
        declared: list[tuple[Any, str]] = [(tensor.shape, tensor.dtype) for tensor in tensors]
        declared += [(output.shape, "int32")] if output.indices else []
        if actual != declared:
            raise UserError(
                f"{description.name} has tensors {actual}, but its manifest says {declared}"
            )
        self._scores = output
        self._tensors = [detail["index"] for detail in details]

    @property
    def ops(self) -> list[dict[str, Any]]:
        """The nodes, for measure.delegation.partitions_and_rest."""
        return self._interpreter._get_ops_details()

    def run(self, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return (float32 scores [n], int32 class indices [n] or None) of a uint8 frame [H, W, channels]."""
        self._interpreter.set_tensor(self._tensors[0], frame[None])
        self._interpreter.invoke()
        answers = [self._interpreter.get_tensor(tensor)[0] for tensor in self._tensors[1:]]
        scores = preprocess.decode_output(answers[0], self._scores)
        return scores, answers[1] if len(answers) > 1 else None
