"""An image classifier in a .mlpackage: pixels in, class scores out, as Core ML would compute them."""

import os

import numpy as np

from model_press.coreml.evaluator import machine, program
from model_press.formats.errors import UserError

# Images at once: enough pixels to hide the cost of a step, few enough to stay in memory.
_BATCH_PIXELS = 150_000


class ImageClassifier:
    """Reads a package; raises UserError if it is not an image classifier that the evaluator can run."""

    def __init__(self, package: str | os.PathLike[str], precision: machine.Precision = "declared"):
        spec = program.read_spec(package)
        self.spec = spec
        source = program.read(package, spec)
        self.program = source
        self.machine = machine.Machine(source, precision)
        self.input_name, self.height, self.width, self.color_order = program.image_input(
            spec, package
        )
        shape = source.inputs[self.input_name].shape
        if shape != (1, 3, self.height, self.width):
            raise UserError(
                f"model {package}: the program takes {list(shape)}, expected [1, 3, {self.height}, {self.width}]"
            )
        op = self.machine.classify
        if op is None:
            raise UserError(
                f"model {package} gives no class label; convert it with a ClassifierConfig"
            )
        self.scores_name = op.arguments["probabilities"].text
        self.labels = [str(label) for label in op.arguments["classes"]]
        self.batch = max(1, _BATCH_PIXELS // (self.height * self.width))

    def run(self, pixels: np.ndarray) -> np.ndarray:
        """Return the scores of images.

        Args:
          pixels: uint8 RGB [N, height, width, 3].

        Returns:
          float32 [N, classes], in the order of `labels`.
        """
        scores = self.machine.run({self.input_name: self._planes(pixels)}, self.scores_name)
        return np.asarray(scores.reshape(len(pixels), -1), np.float32)

    def entry(self, pixels: np.ndarray, steps: int) -> np.ndarray:
        """Return the scale and bias of pixels after the first `steps` multiplications and additions by constants.

        Args:
          pixels: uint8 RGB [N, height, width, 3].

        Returns:
          float32 [N, 3, height, width], channels in `color_order`; after fewer steps if the program has fewer.
        """
        name = self.input_name
        for _ in range(steps):
            users = [op for op in self.program.operations if name in op.reads]
            if len(users) != 1 or users[0].type not in ("mul", "add"):
                break
            name = users[0].name
        planes = {self.input_name: self._planes(pixels)}
        return planes[name] if name in planes else self.machine.run(planes, name)

    def _planes(self, pixels: np.ndarray) -> np.ndarray:
        ordered = pixels if self.color_order == "RGB" else pixels[..., ::-1]
        return np.ascontiguousarray(np.moveaxis(ordered, -1, 1), np.float32)
