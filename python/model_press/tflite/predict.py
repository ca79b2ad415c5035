"""predict: raw outputs of a TFLite model for every image of a set, streamed to disk."""

import os
from collections.abc import Iterator

import numpy as np

from model_press.formats import manifest
from model_press.formats.errors import UserError
from model_press.images import outputs_file, preprocess
from model_press.process import progress
from model_press.tflite import custom_interpreter, custom_ops, reader
from model_press.tflite.interpreter import DEFAULT_THREADS, XNNPACK, Delegate


def predict_tflite(
    model: str | os.PathLike[str],
    description: manifest.TfliteManifest,
    images_path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    threads: int = DEFAULT_THREADS,
    delegate: Delegate = XNNPACK,
    kernels: custom_ops.Kernels | None = None,
) -> None:
    """Write raw outputs [N, classes] in the output tensor's own dtype.

    Args:
      model: the .tflite file that `description` was written for (checked by SHA-256).
      images_path: uint8 RGB pixels [N, H, W, 3] of the model's size.
      kernels: of the custom operators that the manifest declares.
    """
    manifest.verify_file(description.model.sha256, model, "model")
    file = reader.read(model)
    shape = description.input.shape
    actual = [(t.shape, t.dtype) for t in file.inputs + file.outputs]
    declared = [(t.shape, t.dtype) for t in (description.input, description.output)]
    if actual != declared:
        raise UserError(f"model {model} has tensors {actual}, but its manifest says {declared}")
    if description.requires.custom_ops and not kernels:
        raise UserError(
            f"{description.name} has custom operators ({', '.join(description.requires.custom_ops)}), which run by "
            "their reference kernels only; give the file that declares them (--custom-ops)"
        )
    pixels = outputs_file.read_images(images_path, shape[1], shape[2])
    interpreter = custom_interpreter.interpreter(model, kernels, threads, delegate)

    def outputs() -> Iterator[np.ndarray]:
        for image in progress.track(pixels, "predict"):
            yield interpreter.run(preprocess.encode_input(image[None], description))

    header = (len(pixels), description.output.shape[1])
    outputs_file.stream(out, header, np.dtype(description.output.dtype), outputs())
