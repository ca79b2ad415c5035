"""The models that travel with the runner: <folder>/index.json and, for each variant, model, manifest and labels."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable
from typing import TypeVar

from model_press.formats import bundle as formats_bundle
from model_press.formats import labels, manifest
from model_press.formats.errors import UserError

from pi_runner.failures import BundleError

_T = TypeVar("_T")

INDEX = formats_bundle.INDEX

# Writes one file of the bundle again, given its path relative to the bundle's folder. Raises OSError.
Repair = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Variant:
    """One variant, its files checked against its manifest."""

    name: str
    model: pathlib.Path
    manifest: manifest.TfliteManifest
    labels: tuple[str, ...]


def short_name(found: manifest.TfliteManifest) -> str:
    """Return the variant's name without its model's: "macs30_int8" of "digits_macs30_int8"."""
    return found.name.removeprefix(found.source.name + "_")


class Bundle:
    """The variants of one runner.

    Args:
      folder: where index.json is.
      repair: restores a missing or damaged file, or None where the files have no second source.
    Raises:
      BundleError: no readable index.
    """

    def __init__(self, folder: str | os.PathLike[str], repair: Repair | None = None):
        self.folder = pathlib.Path(folder)
        self._repair = repair
        self._index = self._checked(INDEX, lambda: formats_bundle.read(self.folder / INDEX))

    @property
    def default(self) -> str:
        """Name of the variant that runs unless another is asked for."""
        return self._index.default

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all variants, in the order of the build."""
        return self._index.names

    def variant(self, name: str | None = None) -> Variant:
        """Check and return one variant, by full or short name ("digits_macs30_int8" or "macs30_int8").

        Raises:
          UserError: no variant of that name.
          BundleError: a file is missing or damaged and cannot be restored.
        """
        name = self._find(name or self.default)
        files, found = self._index.variant(name), self.manifest(name)
        model, label_file = self.folder / files.model, self.folder / files.labels
        for path, sha256, what in (
            (files.model, found.model.sha256, "model"),
            (files.labels, found.labels.sha256, "labels"),
        ):
            verify = functools.partial(manifest.verify_file, sha256, self.folder / path, what)
            self._checked(path, verify)
        return Variant(name, model, found, tuple(labels.read(label_file)))

    def manifest(self, name: str) -> manifest.TfliteManifest:
        """Return the manifest of one variant, by full name; BundleError if it is damaged and cannot be restored."""
        path = self._index.variant(name).manifest
        return self._checked(path, lambda: manifest.read_tflite(self.folder / path))

    def _find(self, asked: str) -> str:
        if asked in self.names:
            return asked
        made = [name for name in self.names if short_name(self.manifest(name)) == asked]
        if len(made) == 1:
            return made[0]
        if made:
            raise UserError(f"variant '{asked}' is {' and '.join(made)}; give a full name")
        raise UserError(f"variant '{asked}' is not in this runner; it has {', '.join(self.names)}")

    def _checked(self, path: str, check: Callable[[], _T]) -> _T:
        """Run a check; if it fails, restore the file once and check again."""
        try:
            return check()
        except (UserError, OSError) as error:
            first = error
        if self._repair is None:
            raise BundleError(f"{first}; install the runner again") from None
        try:
            self._repair(path)
            return check()
        except (UserError, OSError, KeyError) as error:
            raise BundleError(f"{first}; it could not be restored: {error}") from None
