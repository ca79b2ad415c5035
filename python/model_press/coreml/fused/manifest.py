"""manifest.json of a Core ML package with fused input and output: schema version 2, which readers of 1 refuse."""

import dataclasses
import os
from typing import Literal

from model_press import files, manifest, strict_json
from model_press.coreml import manifest as plain_manifest
from model_press.coreml import recipes
from model_press.coreml.manifest import CoremlManifest, ImageInput, Outputs, Package, Preprocess
from model_press.errors import UserError
from model_press.fused import spec

SCHEMA_VERSION = 2


@dataclasses.dataclass(frozen=True)
class Picks:
    """Feature names: of the best scores, float32 [1, count], and of their classes, int32 [1, count], best first."""

    scores: str
    indices: str


@dataclasses.dataclass(frozen=True)
class FusedCoremlManifest:
    """The whole manifest. Fields of the same name as in schema 1 mean the same.

    input: the picture that the app gives, of entry's size. network: height and width that the package resizes to.
    features: label and probabilities, where the answer picks no class; picks: scores and indices, where it does.
    """

    schema_version: Literal[2]
    name: str
    model: Package
    source: manifest.Source
    recipe: recipes.CoremlRecipe
    input: ImageInput
    entry: spec.Entry
    network: tuple[int, ...]
    answer: spec.Answer
    features: Outputs | None
    picks: Picks | None
    preprocess: Preprocess
    labels: manifest.Labels
    operations: tuple[str, ...]
    minimum_ios: str


def write(path: str | os.PathLike[str], value: FusedCoremlManifest) -> None:
    """Writes a manifest; the same manifest gives the same bytes."""
    files.write_json(path, strict_json.to_json(value))


def read(path: str | os.PathLike[str]) -> FusedCoremlManifest:
    """Reads and validates a manifest of this schema; UserError names the file and the field that is wrong."""
    data, where = files.read_json(path, "manifest"), f"manifest {os.path.basename(path)}"
    value = strict_json.from_json(FusedCoremlManifest, data, where)
    recipes.parse(data["recipe"], f"{where}: recipe")
    spec.check_entry(value.entry, f"{where}: entry")
    expected = spec.make_answer(value.answer.steps, value.answer.count, value.labels.count).count
    if value.answer.count != expected:
        raise UserError(
            f"{where}: answer.count is {value.answer.count}, expected {expected} for the steps "
            f"{list(value.answer.steps)}"
        )
    if (value.picks is not None, value.features is not None) != (
        value.answer.picks,
        not value.answer.picks,
    ):
        raise UserError(
            f"{where}: found picks {value.picks} and features {value.features}, expected "
            f"{'picks' if value.answer.picks else 'features'} alone by its answer"
        )
    if (value.input.height, value.input.width) != (value.entry.height, value.entry.width):
        raise UserError(
            f"{where}: input is {value.input.width}x{value.input.height}, expected that of the entry, "
            f"{value.entry.width}x{value.entry.height}"
        )
    return value


def read_any(path: str | os.PathLike[str]) -> CoremlManifest | FusedCoremlManifest:
    """Reads the manifest of a Core ML variant of either schema."""
    data = files.read_json(path, "manifest")
    fused = isinstance(data, dict) and data.get("schema_version") == SCHEMA_VERSION
    return read(path) if fused else plain_manifest.read(path)
