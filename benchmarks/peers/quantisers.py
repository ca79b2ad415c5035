"""The peers' post-training int8 of one float .tflite, each by its own library with its documented defaults."""

import contextlib
import io
import logging
import pathlib
import sys
import types
from collections.abc import Iterator

import numpy as np
from model_press.formats import files
from model_press.process import tf_quiet

from benchmarks.rewrites import peer

# The newest that the TensorFlow converter of ONNX documents as tested.
_OPSET = 18


def ai_edge(source: str, images: np.ndarray, folder: pathlib.Path) -> str:
    """Quantise with ai-edge-quantizer's static_wi8_ai8.

    Args:
      source: float .tflite with uint8 input [1, H, W, 3]; likewise below.
      images: uint8 [N, H, W, 3] for calibration.
      folder: gets the file.
    Returns:
      Path of the .tflite.
    """
    out = folder / "ai_edge.tflite"
    files.write_bytes(out, peer.static_wi8_ai8(pathlib.Path(source).read_bytes(), images))
    return str(out)


def onnx_float(source: str, folder: pathlib.Path) -> str:
    """Return the .tflite as ONNX, float32."""
    tf_quiet.tensorflow()
    out = str(folder / "float.onnx")
    _stand_in_for_http()
    with _quiet():
        import tf2onnx

        tf2onnx.convert.from_tflite(source, opset=_OPSET, output_path=out)
    return out


def onnx_static_int8(source: str, images: np.ndarray, folder: pathlib.Path) -> str:
    """Quantise with ONNX Runtime: QDQ, int8 weights per channel, uint8 activations.

    Args:
      source: float .onnx.
    """
    from onnxruntime import quantization
    from onnxruntime.quantization import shape_inference

    class Reader(quantization.CalibrationDataReader):
        def __init__(self, name: str):
            self._feeds: Iterator[dict[str, np.ndarray]] = iter(
                [{name: image[None]} for image in images]
            )

        def get_next(self) -> dict[str, np.ndarray] | None:
            return next(self._feeds, None)

    out, prepared = folder / "static_int8.onnx", folder / "prepared.onnx"
    with _quiet():
        # Shapes of a .tflite are known: no need to find symbols for them.
        shape_inference.quant_pre_process(source, str(prepared), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(prepared),
            str(out),
            Reader(_input_name(prepared)),
            per_channel=True,
            reduce_range=False,
        )
    return str(out)


def _input_name(path: pathlib.Path) -> str:
    import onnx

    name: str = onnx.load(str(path)).graph.input[0].name
    return name


def openvino_float(source: str, folder: pathlib.Path) -> str:
    """Return the .tflite as OpenVINO's own format, float32."""
    import openvino

    out = folder / "float.xml"
    openvino.save_model(openvino.convert_model(source), out, compress_to_fp16=False)
    return str(out)


def nncf_int8(source: str, images: np.ndarray, folder: pathlib.Path) -> str:
    """Quantise with NNCF's defaults (fast bias correction), saved as OpenVINO saves."""
    with _quiet():
        import nncf
        import openvino

        # Its bars would go to the terminal, regardless of logging.
        quantised = nncf.quantize(
            openvino.convert_model(source),
            nncf.Dataset(images, lambda image: image[None]),
            subset_size=len(images),
        )
        out = folder / "nncf_int8.xml"
        openvino.save_model(quantised, out)
    return str(out)


def _stand_in_for_http() -> None:
    """Stub the HTTP client that tf2onnx imports to download models."""
    adapters, retry = types.ModuleType("requests.adapters"), types.ModuleType("urllib3.util.retry")
    vars(adapters)["HTTPAdapter"] = vars(retry)["Retry"] = object
    for name in ("requests", "urllib3", "urllib3.util"):
        sys.modules.setdefault(name, types.ModuleType(name))
    for module in (adapters, retry):
        sys.modules.setdefault(module.__name__, module)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Discard the libraries' progress output; errors are still raised."""
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
