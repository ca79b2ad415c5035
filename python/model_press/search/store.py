"""Stores the finished trials of one search, a file each, so that a killed search can resume."""

import os
import pathlib
from collections.abc import Iterator

from model_press.formats import files, strict_json
from model_press.search.outcome import Outcome


class Store:
    """A folder outside the output base, named by all that trials depend on.

    Args:
      folder: made where it is missing.
    """

    def __init__(self, folder: str | os.PathLike[str]):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def outcomes(self) -> Iterator[Outcome]:
        """Return the finished trials, in the order of their points."""
        for path in sorted(self._folder.glob("trial_*.json")):
            where = f"trial {path}"
            yield strict_json.from_json(Outcome, files.read_json(path, "trial"), where)

    def add(self, outcome: Outcome) -> None:
        """Keep a trial; the file appears whole or not at all."""
        name = "trial_" + "_".join(f"{index:03}" for index in outcome.point) + ".json"
        files.write_json(self._folder / name, strict_json.to_json(outcome))

    def scratch(self, point: tuple[int, ...]) -> pathlib.Path:
        """Return a folder for a trial's own files, the same when it is tried again after a kill."""
        folder = self._folder / ("work_" + "_".join(f"{index:03}" for index in point))
        folder.mkdir(exist_ok=True)
        return folder
