"""Runs a model with fused input and output."""

import os
from typing import Any

import numpy as np
from PIL import Image

from model_press.camera_input import separate, yuv
from model_press.formats.camera_input import CameraFrame
from model_press.formats.errors import UserError
from model_press.formats.manifest import TfliteManifest
from model_press.images import preprocess
from model_press.process.tf_quiet import capture_stderr
from model_press.tflite.interpreter import DEFAULT_THREADS, XNNPACK, Delegate


def frame(rgb: np.ndarray, camera: CameraFrame, alpha: np.ndarray | None = None) -> np.ndarray:
    """Return uint8 camera.shape as the model takes it, of RGB pixels [*camera.upright, 3].

    alpha: uint8 [*camera.upright, 1] where the frame has it; 255 by default.
    """
    rgb = np.rot90(rgb, camera.rotation_degrees // 90)
    if camera.is_planar:
        return yuv.from_rgb(rgb, camera.color_order)
    if alpha is None:
        alpha = np.full((*camera.upright, 1), 255, np.uint8)
    planes = np.concatenate([rgb, np.rot90(alpha, camera.rotation_degrees // 90)], 2)
    return np.ascontiguousarray(
        planes[..., ["RGBA".index(colour) for colour in camera.color_order]]
    )


def frame_of(image: Image.Image, description: TfliteManifest) -> np.ndarray:
    """Return uint8 description.camera.shape, as the model takes it, of an upright RGB picture of any size.

    A picture of the frame's size goes in as it is. Of another the part that the network is to see, the same as of a
    model that crops nothing, is put where this one looks.
    """
    return frame(
        separate.place(image, description.camera, description.camera.model_input_size),
        description.camera,
    )


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
        from ai_edge_litert import interpreter as litert  # costs 0.2 s

        resolver = litert.OpResolverType
        source = (
            {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
        )
        try:
            with capture_stderr():
                self._interpreter = litert.Interpreter(
                    num_threads=threads,
                    experimental_op_resolver_type=resolver.AUTO
                    if delegate == XNNPACK
                    else resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                    **source,
                )
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise UserError(f"LiteRT cannot load the model: {error}") from error
        details = self._interpreter.get_input_details() + self._interpreter.get_output_details()
        output = description.output
        actual = [(tuple(d["shape"].tolist()), np.dtype(d["dtype"]).name) for d in details]
        declared: list[tuple[tuple[int, ...], str]]
        declared = [(tensor.shape, tensor.dtype) for tensor in (description.input, output)]
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
