"""manifest.json: everything an app needs to know about a model file. This module is its one definition.

An app computes, for each channel in `preprocess.color_order`, x = (pixel - mean) / std. A float32 input
takes x; a quantised one takes round-half-even(x / scale) + zero_point. Float tensors have scale 0 and
zero point 0. `preprocess.fused` says that mean is 0 and std 1: raw pixels go in.
"""

import dataclasses
import os
from typing import Any, Literal

from model_press.formats import files, labels, recipes, strict_json
from model_press.formats.errors import UserError

Dtype = Literal["float32", "uint8", "int8", "int16"]


@dataclasses.dataclass(frozen=True)
class ModelFile:
    """The model file beside the manifest: its name (no folder), format, SHA-256 and size in bytes."""

    file: str
    format: Literal["tflite"]
    sha256: str
    bytes: int


@dataclasses.dataclass(frozen=True)
class Compression:
    """The compression of the Keras model before its conversion.

    name: of the compression recipe. original_sha256, original_parameters: the Keras model that it began with.
    fine_tuned: whether training followed.
    """

    name: str
    original_sha256: str
    original_parameters: int
    fine_tuned: bool


@dataclasses.dataclass(frozen=True)
class Source:
    """The Keras model it was made from. keras: "2", "3" or "saved_model". trained: weights mean something.

    compression: what was done to it before, or null.
    """

    name: str
    sha256: str
    keras: Literal["2", "3", "saved_model"]
    parameters: int
    trained: bool
    compression: Compression | None = None


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or output tensor.

    A quantised tensor's real value is scale * (code - zero_point). A uint8 input that the graph
    casts to float takes pixel values: that is scale 1, zero point 0 too. Float tensors: 0 and 0.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Dtype
    scale: float
    zero_point: int


@dataclasses.dataclass(frozen=True)
class Resize:
    """How an image of another size becomes the model's: "crop" to the aspect ratio first, or "stretch"."""

    fit: Literal["crop", "stretch"]
    filter: Literal["bilinear_antialias"]


@dataclasses.dataclass(frozen=True)
class Preprocess:
    """The app's preprocessing of 8-bit pixels; mean and std (in pixel units) follow color_order."""

    color_order: Literal["RGB", "BGR"]
    resize: Resize
    fused: bool
    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Labels:
    """The labels file beside the manifest: one UTF-8 name a line, in class order."""

    file: str
    count: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class OpUse:
    """A builtin operator of the graph, the version it needs, and how many nodes use it."""

    name: str
    version: int
    count: int


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The whole manifest. minimum_runtime: oldest TensorFlow Lite release with all these op versions."""

    schema_version: Literal[1]
    name: str
    model: ModelFile
    source: Source
    recipe: recipes.Recipe
    input: Tensor
    output: Tensor
    preprocess: Preprocess
    labels: Labels
    ops: tuple[OpUse, ...]
    custom_ops: tuple[str, ...]
    minimum_runtime: str


def with_labels(manifest: Manifest, path: str | os.PathLike[str]) -> Manifest:
    """Return the manifest with this labels file.

    Raises:
      UserError: there are not as many names as the model has outputs.
    """
    names = labels.read(path)
    labels.require_width(names, manifest.labels.count, f"labels {path}")
    named = Labels(os.path.basename(path), len(names), files.sha256(path))
    return dataclasses.replace(manifest, labels=named)


def write(path: str | os.PathLike[str], manifest: Manifest) -> None:
    """Write a manifest; the same manifest gives the same bytes."""
    files.write_json(path, strict_json.to_json(manifest))


def read(path: str | os.PathLike[str]) -> Manifest:
    """Read and validate a manifest; UserError names the file and the field that is wrong."""
    where = f"manifest {os.path.basename(path)}"
    return parse(files.read_json(path, "manifest"), where)


def parse(data: Any, where: str) -> Manifest:
    """Build a Manifest from parsed JSON."""
    manifest = strict_json.from_json(Manifest, data, where)
    recipes.parse(data["recipe"], f"{where}: recipe")
    _check(manifest, where)
    return manifest


def verify_file(expected: str, path: str | os.PathLike[str], what: str) -> None:
    """Raise UserError if a file is not the one (by SHA-256) that a manifest was written for."""
    actual = files.sha256(files.require_file(path, what))
    if actual != expected:
        raise UserError(
            f"{what} {path} (sha256 {actual[:12]}…) is not the file its manifest names "
            f"({expected[:12]}…); take model, manifest and labels from one target"
        )


def _check(manifest: Manifest, where: str) -> None:
    need = strict_json.checker(where)
    for field in ("input", "output"):
        tensor = getattr(manifest, field)
        need(
            all(size > 0 for size in tensor.shape),
            f"{field}.shape {list(tensor.shape)} must be static and positive",
        )
        if tensor.dtype == "float32":
            need(
                tensor.scale == 0 and tensor.zero_point == 0,
                f"{field} is float32 with scale {tensor.scale} and zero_point {tensor.zero_point}; both must be 0",
            )
        else:
            need(
                tensor.scale > 0,
                f"{field} is {tensor.dtype} with scale {tensor.scale}, which must be above 0",
            )
    shape = manifest.input.shape
    need(len(shape) == 4 and shape[3] == 3, f"input.shape {list(shape)} must be [N, H, W, 3]")
    need(
        manifest.output.shape == (shape[0], manifest.labels.count),
        f"output.shape {list(manifest.output.shape)} must be [{shape[0]}, labels.count = "
        f"{manifest.labels.count}]",
    )
    pre = manifest.preprocess
    need(
        len(pre.mean) == 3 and len(pre.std) == 3,
        f"preprocess.mean has {len(pre.mean)} and .std {len(pre.std)} numbers, expected three numbers each, one a "
        "channel",
    )
    need(
        all(s > 0 for s in pre.std), f"preprocess.std is {list(pre.std)}, expected numbers above 0"
    )
    if pre.fused:
        identity = pre.mean == (0, 0, 0) and pre.std == (1, 1, 1) and pre.color_order == "RGB"
        need(
            identity,
            f"preprocess.fused is true with color_order {pre.color_order}, mean {list(pre.mean)} and std "
            f"{list(pre.std)}; expected RGB, mean 0 and std 1, as raw pixels go in",
        )
    for field, name in (("model", manifest.model.file), ("labels", manifest.labels.file)):
        need(os.path.basename(name) == name, f"{field}.file '{name}' must be a plain file name")
