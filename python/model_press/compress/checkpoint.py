"""The state of an unfinished training in one file, so that a killed one goes on where it was."""

import os
import zipfile
from typing import Any

import numpy as np

from model_press.formats import files
from model_press.formats.errors import UserError


class Checkpoint:
    """Saves and restores weights, optimizer state and the number of finished steps.

    fingerprint: what the training is of; a file of another one is refused.
    every: steps between two saves.
    """

    def __init__(self, path: str | os.PathLike[str], fingerprint: str, every: int):
        self._path, self._fingerprint, self.every = path, fingerprint, every

    def save(self, step: int, variables: list[Any]) -> None:
        """Write the file whole: a kill in between leaves the one before."""
        arrays = {f"v{index}": np.asarray(variable) for index, variable in enumerate(variables)}
        with files.AtomicWriter(self._path) as file:
            np.savez(file, step=step, fingerprint=self._fingerprint, **arrays)

    def restore(self, variables: list[Any]) -> int:
        """Set the variables; return the number of finished steps, 0 without a file.

        Raises:
          UserError: the file is damaged, or of another training.
        """
        if not os.path.exists(self._path):
            return 0
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                fingerprint, step = str(stored["fingerprint"]), int(stored["step"])
                values = [stored[f"v{index}"] for index in range(len(stored.files) - 2)]
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise UserError(f"checkpoint {self._path} is damaged ({error}); delete it") from error
        shapes = [tuple(variable.shape) for variable in variables]
        if fingerprint != self._fingerprint or shapes != [value.shape for value in values]:
            raise UserError(
                f"checkpoint {self._path} is of another model or training; give another path or delete it"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return step
