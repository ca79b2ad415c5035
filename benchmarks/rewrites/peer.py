"""ai-edge-quantizer's own int8 of a float .tflite."""

import contextlib
import io
import logging

import numpy as np
from ai_edge_quantizer import quantizer, recipe

_SIGNATURE = "serving_default"


def static_wi8_ai8(model: bytes, inputs: np.ndarray) -> bytes:
    """Quantise weights and activations to int8 by the library's recipe of that name.

    Args:
      model: a float .tflite with one input [1, H, W, 3] named "image" and the signature "serving_default".
      inputs: [N, H, W, 3] calibration inputs, of the element type of that input.
    """
    logging.getLogger().setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        worker = quantizer.Quantizer(bytearray(model), recipe.static_wi8_ai8())
        samples = [{"image": sample[None]} for sample in inputs]
        calibration = worker.calibrate({_SIGNATURE: samples}, num_threads=2)
        return bytes(worker.quantize(calibration, enable_progress_report=False).quantized_model)
