"""Reads and writes the manifest.json of a model with camera input.

An app that reads version 1 would take the scores of the best five for those of the first five classes; it says
instead that the schema is another. Fields of the same name as in version 1 mean the same: an app brings a picture to
`input`'s size by `preprocess`, which leaves its bytes as they are, and sends them in the colour order of `entry`.
"""

import dataclasses
import os
from collections.abc import Callable
from typing import Any, Literal

from model_press.formats import camera_input, files, manifest, recipes, strict_json

SCHEMA_VERSION = 2


@dataclasses.dataclass(frozen=True)
class Port:
    """An input or output tensor. Real value of a code: scale * (code - zero_point); 0 and 0 where there is no code."""

    name: str
    shape: tuple[int, ...]
    dtype: Literal["uint8", "int8", "float32", "int32"]
    scale: float
    zero_point: int


@dataclasses.dataclass(frozen=True)
class FusedManifest:
    """The whole manifest.

    input: the frame, uint8 [1, *entry.shape] of scale 1. network: height and width that the model resizes to inside.
    scores: float32 or codes, [1, classes] or the best [1, answer.count].
    indices: int32 [1, answer.count], classes of the scores, best first; null where every class has its score.
    """

    schema_version: Literal[2]
    name: str
    model: manifest.ModelFile
    source: manifest.Source
    recipe: recipes.Recipe
    input: Port
    entry: camera_input.Entry
    network: tuple[int, ...]
    answer: camera_input.Answer
    scores: Port
    indices: Port | None
    preprocess: manifest.Preprocess
    labels: manifest.Labels
    ops: tuple[manifest.OpUse, ...]
    custom_ops: tuple[str, ...]
    minimum_runtime: str


def write(path: str | os.PathLike[str], value: FusedManifest) -> None:
    """Write a manifest; the same manifest gives the same bytes."""
    files.write_json(path, strict_json.to_json(value))


def read(path: str | os.PathLike[str]) -> FusedManifest:
    """Read and validate a manifest of this schema; UserError names the file and the field that is wrong."""
    return parse(files.read_json(path, "manifest"), f"manifest {os.path.basename(path)}")


def parse(data: Any, where: str) -> FusedManifest:
    """Build a FusedManifest from parsed JSON."""
    value = strict_json.from_json(FusedManifest, data, where)
    recipes.parse(data["recipe"], f"{where}: recipe")
    _check(value, where)
    return value


def read_any(path: str | os.PathLike[str]) -> manifest.Manifest | FusedManifest:
    """Read the manifest of a TFLite variant of either schema."""
    data = files.read_json(path, "manifest")
    where = f"manifest {os.path.basename(path)}"
    if isinstance(data, dict) and data.get("schema_version") == SCHEMA_VERSION:
        return parse(data, where)
    return manifest.parse(data, where)


def _check(value: FusedManifest, where: str) -> None:
    need = strict_json.checker(where)
    entry, answer, count = value.entry, value.answer, value.labels.count
    camera_input.check_entry(entry, f"{where}: entry")
    shape, frame = (1, *entry.shape), value.input
    need(
        (frame.shape, frame.dtype) == (shape, "uint8"),
        f"input is {frame.dtype} {list(frame.shape)}, expected the entry's frame, uint8 {list(shape)}",
    )
    need(
        (frame.scale, frame.zero_point) == (1, 0),
        f"input has scale {frame.scale} and zero point {frame.zero_point}, expected 1 and 0",
    )
    camera_input.check_network(value.network, where)
    pre = value.preprocess
    need(
        len(pre.mean) == 3 and len(pre.std) == 3,
        f"preprocess.mean has {len(pre.mean)} and .std {len(pre.std)} numbers, expected three numbers each, one a "
        "channel",
    )
    camera_input.check_answer(answer, count, where)
    _check_port("scores", value.scores, ("float32", "uint8", "int8"), answer.count or count, need)
    need(
        (value.scores.scale > 0) == (value.scores.dtype != "float32"),
        f"scores is {value.scores.dtype} of scale {value.scores.scale}, expected a scale for codes only",
    )
    if answer.picks:
        _check_port("indices", value.indices, ("int32",), answer.count, need)
    else:
        given = value.indices and value.indices.dtype
        need(given is None, f"indices is {given}, expected null, since every class has its score")
    for field, name in (("model", value.model.file), ("labels", value.labels.file)):
        need(os.path.basename(name) == name, f"{field}.file '{name}' must be a plain file name")


def _check_port(
    name: str,
    port: Port | None,
    dtypes: tuple[str, ...],
    width: int,
    need: Callable[[bool, str], None],
) -> None:
    found = "null" if port is None else f"{port.dtype} {list(port.shape)}"
    need(
        port is not None and port.shape == (1, width) and port.dtype in dtypes,
        f"{name} is {found}, expected {' or '.join(dtypes)} [1, {width}]",
    )
