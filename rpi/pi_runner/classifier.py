"""One variant, loaded and ready: pictures in, labels out."""

import dataclasses
import pathlib
import time
from typing import Any

import numpy as np
from model_press.camera_input.tflite.runner import FusedRunner, frame_of
from model_press.formats.errors import UserError
from model_press.formats.manifest import TfliteManifest
from model_press.images import decode, preprocess
from model_press.tflite.interpreter import Interpreter
from PIL import Image

from pi_runner.bundle import Variant
from pi_runner.failures import BundleError


@dataclasses.dataclass(frozen=True)
class Answer:
    """A class and its score, in the output's real unit (probability)."""

    label: str
    index: int
    score: float


@dataclasses.dataclass(frozen=True)
class Result:
    """The result for one picture.

    answers: the best classes, best first; of equal scores, the lower index first.
    codes: the model's whole output [classes] in its own dtype; the real scores of a model with fused output.
    prepare_ms, invoke_ms: fitting and encoding the picture; the inference.
    """

    answers: tuple[Answer, ...]
    codes: np.ndarray
    prepare_ms: float
    invoke_ms: float

    def as_json(self, name: str, variant: str, raw: bool = False) -> dict[str, Any]:
        """Return the JSON object of one picture; `raw` adds the model's whole output as `codes`."""
        return {
            "photo": name,
            "variant": variant,
            "top": [dataclasses.asdict(answer) for answer in self.answers],
            "prepare_ms": round(self.prepare_ms, 3),
            "invoke_ms": round(self.invoke_ms, 3),
            **({"codes": self.codes.tolist()} if raw else {}),
        }

    def as_line(self, name: str) -> str:
        """Return a line such as `photo.jpg: three red 98.4 %, eight red 0.8 %  (3.1 ms)`."""
        answers = ", ".join(f"{a.label} {100 * a.score:.1f} %" for a in self.answers)
        return f"{name}: {answers}  ({self.invoke_ms:.1f} ms)"


class Classifier:
    """Runs one variant on one picture at a time. Not thread-safe: the interpreter has one input buffer.

    The runtime maps the model file; nothing is copied.

    Raises:
      BundleError: the runtime cannot load the model.
    """

    def __init__(self, variant: Variant, threads: int):
        self.variant = variant
        manifest = variant.manifest
        try:
            if manifest.camera_input is not None:
                self._run: _Fused | _Plain = _Fused(variant.model, manifest, threads)
            else:
                self._run = _Plain(variant.model, manifest, threads)
        except UserError as error:
            raise BundleError(f"{variant.name}: {error}") from error

    def classify(self, image: Image.Image, top: int) -> Result:
        """Classify an 8-bit RGB picture of any size; a model that chooses classes itself gives no more than those."""
        start = time.perf_counter()
        batch = self._run.encode(image)
        prepared = time.perf_counter()
        codes, scores, indices = self._run(batch)
        if indices is None:
            indices = np.argsort(-scores, kind="stable")
            scores = scores[indices]
        done = time.perf_counter()
        names = self.variant.labels
        best = list(zip(indices, scores, strict=True))[:top]
        return Result(
            tuple(Answer(names[i], int(i), round(float(score), 6)) for i, score in best),
            codes,
            (prepared - start) * 1e3,
            (done - prepared) * 1e3,
        )


class _Plain:
    """A model that scores every class."""

    def __init__(self, model: pathlib.Path, manifest: TfliteManifest, threads: int):
        self._manifest, self._interpreter = manifest, Interpreter(model, threads)

    def encode(self, image: Image.Image) -> np.ndarray:
        _, height, width, _ = self._manifest.input.shape
        pixels = decode.fit(image, width, height, self._manifest.preprocess.resize.fit)
        return preprocess.encode_input(pixels[None], self._manifest)

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray, None]:
        """Return (raw values, their scores, None)."""
        codes = self._interpreter.run(batch)[0]
        return codes, preprocess.decode_output(codes, self._manifest.output), None


class _Fused:
    """A model that crops and resizes a frame itself, and may choose the classes."""

    def __init__(self, model: pathlib.Path, manifest: TfliteManifest, threads: int):
        self._manifest, self._runner = manifest, FusedRunner(model, manifest, threads)

    def encode(self, image: Image.Image) -> np.ndarray:
        return frame_of(image, self._manifest)

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Return (scores, scores, the classes that the model chose, best first, or None)."""
        scores, indices = self._runner.run(batch)
        return scores, scores, indices
