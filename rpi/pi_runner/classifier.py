"""One variant, loaded and ready: pictures in, labels out."""

import dataclasses
import time

import numpy as np
from model_press import images, preprocess
from model_press.errors import UserError
from model_press.tflite_interpreter import Interpreter
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
    """What one picture gave.

    answers: the best classes, best first; of equal scores, the lower index first.
    codes: the model's whole output [classes] in its own dtype.
    prepare_ms, invoke_ms: fitting and encoding the picture; the inference.
    """

    answers: tuple[Answer, ...]
    codes: np.ndarray
    prepare_ms: float
    invoke_ms: float


class Classifier:
    """Runs one variant on one picture at a time. Not thread-safe: the interpreter has one input buffer.

    The runtime maps the model file; nothing is copied.

    Raises:
      BundleError: the runtime cannot load the model.
    """

    def __init__(self, variant: Variant, threads: int):
        self.variant = variant
        try:
            self._interpreter = Interpreter(variant.model, threads)
        except UserError as error:
            raise BundleError(f"{variant.name}: {error}") from error

    def classify(self, image: Image.Image, top: int) -> Result:
        """Classifies an 8-bit RGB picture of any size."""
        sheet = self.variant.manifest
        start = time.perf_counter()
        _, height, width, _ = sheet.input.shape
        pixels = images.fit(image, width, height, sheet.preprocess.resize.fit)
        batch = preprocess.encode_input(pixels[None], sheet)
        prepared = time.perf_counter()
        codes = self._interpreter.run(batch)[0]
        done = time.perf_counter()
        scores = preprocess.decode_output(codes, sheet.output)
        best = np.argsort(-scores, kind="stable")[:top]
        names = self.variant.labels
        return Result(
            tuple(Answer(names[i], int(i), round(float(scores[i]), 6)) for i in best),
            codes,
            (prepared - start) * 1e3,
            (done - prepared) * 1e3,
        )
