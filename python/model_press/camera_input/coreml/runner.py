"""Runs a fused package on this machine."""

import os

import numpy as np

from model_press.coreml import package, verify
from model_press.coreml.evaluator import machine, program
from model_press.formats.errors import UserError
from model_press.formats.manifest import CoremlManifest


class FusedPackage:
    """Pictures in, scores and class indices out.

    Args:
      folder: the .mlpackage that `description` was written for (checked by its digest).
    Raises:
      UserError: another package, or one that takes or gives something else than the manifest says.
    """

    def __init__(self, folder: str | os.PathLike[str], description: CoremlManifest):
        package.verify(folder, description.model.sha256)
        spec = program.read_spec(folder)
        source = program.read(folder, spec)
        verify.check_features(description, spec)
        self._machine = machine.Machine(source)
        self._input = description.input
        self._output = description.output
        taken = source.inputs.get(self._input.name)
        expected = (1, 3, self._input.height, self._input.width)
        if taken is None or taken.shape != expected:
            raise UserError(
                f"{description.name}: the program takes {taken and list(taken.shape)}, its manifest says "
                f"{list(expected)}"
            )
        classify = self._machine.classify
        if (classify is None) != (description.top_k > 0):
            raise UserError(
                f"{description.name}: the program gives {'no' if classify is None else 'a'} label, which its manifest "
                "does not say"
            )
        if classify:
            labels = [str(label) for label in classify.arguments["classes"]]
            verify.check_labels(description.name, labels, description.labels)
        else:
            _check_counts(source, description)
        self._scores = classify.arguments["probabilities"].text if classify else None

    def run(self, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return (float32 scores [n], int32 class indices [n] or None) of uint8 RGB pixels [height, width, 3]."""
        ordered = frame if self._input.color_order == "RGB" else frame[..., ::-1]
        planes = np.ascontiguousarray(np.moveaxis(ordered, -1, 0)[None], np.float32)
        values = {self._input.name: planes}
        if self._output.indices is None:
            return self._machine.run(values, self._scores).reshape(-1), None
        scores, indices = (
            self._machine.run(values, name) for name in (self._output.name, self._output.indices)
        )
        return scores.reshape(-1), indices.reshape(-1).astype(np.int32)


def _check_counts(source: program.Program, description: CoremlManifest) -> None:
    kinds = {output: kind for op in source.operations for output, kind in op.outputs}
    expected = (1, description.top_k)
    for name in source.outputs:
        kind = kinds.get(name)
        if kind is None or kind.shape != expected:
            raise UserError(
                f"{description.name}: the program's {name} is {kind and list(kind.shape)}, its manifest says "
                f"{list(expected)} by postprocess.top_k; take package and manifest from one target"
            )
