"""Runs a classifier in any of the compared engines: bind an image, invoke, read the scores.

Each engine is imported only where it is used. Timing takes `invoke` alone, so that no binding's copying counts.
"""

import pathlib
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np


class Engine(Protocol):
    """A loaded model with one input uint8 [1, H, W, 3] and one output [1, classes]."""

    input_shape: tuple[int, ...]

    def bind(self, image: np.ndarray) -> None:
        """Set the input, uint8 [1, H, W, 3]."""

    def invoke(self) -> None:
        """Run one inference."""

    def scores(self) -> np.ndarray:
        """Return the raw outputs [classes] of the last inference."""


class LiteRt:
    """TensorFlow Lite's successor with XNNPACK, as on a phone."""

    def __init__(self, path: str, threads: int):
        from ai_edge_litert import interpreter

        self._runner = interpreter.Interpreter(model_path=path, num_threads=threads)
        self._runner.allocate_tensors()
        self._input = self._runner.get_input_details()[0]["index"]
        self._output = self._runner.get_output_details()[0]["index"]
        self.input_shape = tuple(map(int, self._runner.get_input_details()[0]["shape"]))
        self.invoke = self._runner.invoke

    def bind(self, image: np.ndarray) -> None:
        self._runner.set_tensor(self._input, image)

    def scores(self) -> np.ndarray:
        return np.asarray(self._runner.get_tensor(self._output)[0])


class OnnxRuntime:
    """ONNX Runtime on its CPU provider, buffers bound once."""

    def __init__(self, path: str, threads: int):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._binding = self._session.io_binding()
        self._input = self._session.get_inputs()[0].name
        self._binding.bind_output(self._session.get_outputs()[0].name)
        self.input_shape = tuple(self._session.get_inputs()[0].shape)

    def bind(self, image: np.ndarray) -> None:
        self._binding.bind_cpu_input(self._input, image)

    def invoke(self) -> None:
        self._session.run_with_iobinding(self._binding)

    def scores(self) -> np.ndarray:
        return np.asarray(self._binding.copy_outputs_to_cpu()[0][0])


class OpenVino:
    """OpenVINO's CPU plugin, tuned for latency; float32 arithmetic where a model is not quantised."""

    def __init__(self, path: str, threads: int):
        import openvino

        compiled = openvino.Core().compile_model(
            path,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "INFERENCE_PRECISION_HINT": "f32",
                "PERFORMANCE_HINT": "LATENCY",
            },
        )
        self._tensor = openvino.Tensor
        self._request = compiled.create_infer_request()
        self.input_shape = tuple(compiled.inputs[0].shape)

    def bind(self, image: np.ndarray) -> None:
        self._request.set_input_tensor(self._tensor(image))

    def invoke(self) -> None:
        self._request.start_async()
        self._request.wait()

    def scores(self) -> np.ndarray:
        return np.asarray(self._request.get_output_tensor().data[0])


ENGINES: Mapping[str, Callable[[str, int], Engine]] = {
    "LiteRT": LiteRt,
    "ONNX Runtime": OnnxRuntime,
    "OpenVINO": OpenVino,
}


def load(engine: str, path: str, threads: int) -> Engine:
    """Load a model into an engine of ENGINES, without its warnings."""
    return ENGINES[engine](path, threads)


def size(path: str) -> int:
    """Return the bytes of a model on disk, OpenVINO's weights beside the .xml included."""
    file = pathlib.Path(path)
    weights = file.with_suffix(".bin")
    return file.stat().st_size + (weights.stat().st_size if file.suffix == ".xml" else 0)


def top1(engine: Engine, images: np.ndarray, classes: np.ndarray) -> float:
    """Return the share of uint8 images [N, H, W, 3] whose highest score is their class."""
    right = 0
    for image, label in zip(images, classes, strict=True):
        engine.bind(np.ascontiguousarray(image[None]))
        engine.invoke()
        right += int(engine.scores().argmax() == label)
    return right / len(images)
