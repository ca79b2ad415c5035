"""manifest.json of a Core ML package with fused input and output: schema version 2, which readers of 1 refuse."""

import dataclasses
import os
from typing import Literal

from model_press.formats import camera_input, coreml_recipes, files, manifest, strict_json
from model_press.formats import coreml_manifest as plain_manifest
from model_press.formats.camera_manifest import SCHEMA_VERSION
from model_press.formats.coreml_manifest import (
    CoremlManifest,
    ImageInput,
    Outputs,
    Package,
    Preprocess,
)
from model_press.formats.errors import UserError


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
    recipe: coreml_recipes.CoremlRecipe
    input: ImageInput
    entry: camera_input.Entry
    network: tuple[int, ...]
    answer: camera_input.Answer
    features: Outputs | None
    picks: Picks | None
    preprocess: Preprocess
    labels: manifest.Labels
    operations: tuple[str, ...]
    minimum_ios: str


def write(path: str | os.PathLike[str], value: FusedCoremlManifest) -> None:
    """Write a manifest; the same manifest gives the same bytes."""
    files.write_json(path, strict_json.to_json(value))


def read(path: str | os.PathLike[str]) -> FusedCoremlManifest:
    """Read and validate a manifest of this schema; UserError names the file and the field that is wrong."""
    data, where = files.read_json(path, "manifest"), f"manifest {os.path.basename(path)}"
    value = strict_json.from_json(FusedCoremlManifest, data, where)
    coreml_recipes.parse(data["recipe"], f"{where}: recipe")
    _check(value, where)
    return value


def check_entry(entry: camera_input.Entry, where: str) -> None:
    """Raise UserError for a frame of no possible size, or one that no Core ML package takes."""
    camera_input.check_entry(entry, where)
    if (entry.color_order, entry.turn, entry.filter) != ("RGB", 0, "bilinear_antialias"):
        raise UserError(
            f"{where}: {entry.color_order} turned by {entry.turn} with filter {entry.filter}, expected RGB, turned by "
            "0, with filter bilinear_antialias: all that a Core ML package offers"
        )


def read_any(path: str | os.PathLike[str]) -> CoremlManifest | FusedCoremlManifest:
    """Read the manifest of a Core ML variant of either schema."""
    data = files.read_json(path, "manifest")
    fused = isinstance(data, dict) and data.get("schema_version") == SCHEMA_VERSION
    return read(path) if fused else plain_manifest.read(path)


def _check(value: FusedCoremlManifest, where: str) -> None:
    """Check the same conditions as ios/Sources/ModelPressCore/Manifest.swift."""
    need = strict_json.checker(where)
    entry, answer, found = value.entry, value.answer, value.input
    check_entry(entry, f"{where}: entry")
    need(
        (found.height, found.width) == (entry.height, entry.width),
        f"input is {found.width}x{found.height}, expected that of the entry, {entry.width}x{entry.height}",
    )
    camera_input.check_network(value.network, where)
    bias = value.preprocess.bias
    need(len(bias) == 3, f"preprocess.bias has {len(bias)} numbers, expected three, one a channel")
    need(value.labels.count > 0, f"labels.count is {value.labels.count}, expected at least 1")
    camera_input.check_answer(answer, value.labels.count, where)
    need(
        (value.picks is not None, value.features is not None) == (answer.picks, not answer.picks),
        f"found picks {value.picks} and features {value.features}, expected "
        f"{'picks' if answer.picks else 'features'} alone by its answer",
    )
