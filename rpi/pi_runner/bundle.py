"""The models that travel with the runner: <folder>/index.json and, for each variant, model, manifest and labels."""

import dataclasses
import os
import pathlib
from collections.abc import Callable
from typing import Literal, TypeVar

from model_press.formats import camera_manifest as fused_manifest
from model_press.formats import files, labels, manifest, strict_json
from model_press.formats.errors import UserError

from pi_runner.failures import BundleError

_T = TypeVar("_T")

INDEX = "index.json"

# Writes one file of the bundle again, given its path relative to the bundle's folder. Raises OSError.
Repair = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Index:
    """index.json. default: the variant that runs unless another is asked for."""

    schema_version: Literal[1]
    default: str
    variants: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Variant:
    """One variant, its files checked against its manifest."""

    name: str
    model: pathlib.Path
    manifest: manifest.Manifest | fused_manifest.FusedManifest
    labels: tuple[str, ...]


def short_name(sheet: manifest.Manifest | fused_manifest.FusedManifest) -> str:
    """Return the variant's name without its model's: "macs30_int8" of "digits_macs30_int8"."""
    return sheet.name.removeprefix(sheet.source.name + "_")


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
        self._index = self._checked(INDEX, self._read_index)

    @property
    def default(self) -> str:
        """Name of the variant that runs unless another is asked for."""
        return self._index.default

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all variants, in the order of the build."""
        return self._index.variants

    def variant(self, name: str | None = None) -> Variant:
        """Check and return one variant, by full or short name ("digits_macs30_int8" or "macs30_int8").

        Raises:
          UserError: no variant of that name.
          BundleError: a file is missing or damaged and cannot be restored.
        """
        name = self._find(name or self.default)
        sheet = self.manifest(name)
        self._checked(
            f"{name}/model.tflite",
            lambda: self._verify(name, "model.tflite", sheet.model.sha256, "model"),
        )
        self._checked(
            f"{name}/labels.txt",
            lambda: self._verify(name, "labels.txt", sheet.labels.sha256, "labels"),
        )
        names = tuple(labels.read(self.folder / name / "labels.txt"))
        return Variant(name, self.folder / name / "model.tflite", sheet, names)

    def manifest(self, name: str) -> manifest.Manifest | fused_manifest.FusedManifest:
        """Return the manifest of one variant, by full name; BundleError if it is damaged and cannot be restored."""
        return self._checked(
            f"{name}/manifest.json",
            lambda: fused_manifest.read_any(self.folder / name / "manifest.json"),
        )

    def _find(self, asked: str) -> str:
        if asked in self.names:
            return asked
        made = [name for name in self.names if short_name(self.manifest(name)) == asked]
        if len(made) == 1:
            return made[0]
        if made:
            raise UserError(f"variant '{asked}' is {' and '.join(made)}; give a full name")
        raise UserError(f"variant '{asked}' is not in this runner; it has {', '.join(self.names)}")

    def _read_index(self) -> Index:
        data = files.read_json(self.folder / INDEX, "index")
        index = strict_json.from_json(Index, data, INDEX)
        if index.default not in index.variants:
            raise UserError(f"{INDEX}: default '{index.default}' is not among the variants")
        return index

    def _verify(self, name: str, file: str, sha256: str, what: str) -> None:
        manifest.verify_file(sha256, self.folder / name / file, what)

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
