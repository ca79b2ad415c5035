"""Reads and writes the manifest.json of a Core ML variant.

Core ML itself scales and orders the pixels, so an app gives it an image in any form that Core ML takes. `input` says
what the image is; `preprocess` what the package does with its pixels, for a reader.
"""

import dataclasses
import os
from typing import Any, Final, Literal

from model_press.formats import coreml_recipes, files, manifest, strict_json
from model_press.formats.errors import UserError

FORMAT: Final = "mlpackage"


@dataclasses.dataclass(frozen=True)
class Package:
    """The package: its folder's name, digest (package.digest), bytes of its files and the specification version."""

    file: str
    format: Literal["mlpackage"]
    sha256: str
    bytes: int
    specification_version: int


@dataclasses.dataclass(frozen=True)
class ImageInput:
    """The image input: its feature name, size in pixels, and the colour order that Core ML hands to the program."""

    name: str
    height: int
    width: int
    color_order: Literal["RGB", "BGR"]


@dataclasses.dataclass(frozen=True)
class Preprocess:
    """x = pixel * scale + bias[channel], computed inside the package; how the app fits the image beforehand."""

    resize: manifest.Resize
    scale: float
    bias: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Outputs:
    """Feature names: of the label (string), and of the dictionary from label to probability."""

    label: str
    probabilities: str


@dataclasses.dataclass(frozen=True)
class CoremlManifest:
    """The whole manifest.

    output: the scores as evaluated on this machine, float32 [1, classes] in the labels' order.
    coverage: share of the weights' elements that are stored compressed.
    operations: MIL operations that the program uses, sorted.
    """

    schema_version: Literal[1]
    name: str
    model: Package
    source: manifest.Source
    recipe: coreml_recipes.CoremlRecipe
    input: ImageInput
    features: Outputs
    output: manifest.Tensor
    preprocess: Preprocess
    labels: manifest.Labels
    coverage: float
    operations: tuple[str, ...]
    minimum_ios: str


def write(path: str | os.PathLike[str], value: CoremlManifest) -> None:
    """Write a manifest; the same manifest gives the same bytes."""
    files.write_json(path, strict_json.to_json(value))


def read(path: str | os.PathLike[str]) -> CoremlManifest:
    """Read and validate a Core ML manifest; UserError names the file and the field that is wrong."""
    return parse(files.read_json(path, "manifest"), f"manifest {os.path.basename(path)}")


def parse(data: Any, where: str) -> CoremlManifest:
    """Build a CoremlManifest from parsed JSON."""
    value = strict_json.from_json(CoremlManifest, data, where)
    coreml_recipes.parse(data["recipe"], f"{where}: recipe")
    if len(value.preprocess.bias) != 3:
        raise UserError(
            f"{where}: preprocess.bias has {len(value.preprocess.bias)} numbers, expected three, one a channel"
        )
    if value.output.shape != (1, value.labels.count):
        raise UserError(
            f"{where}: output.shape {list(value.output.shape)} must be [1, labels.count = "
            f"{value.labels.count}]"
        )
    return value


def read_any(path: str | os.PathLike[str]) -> manifest.Manifest | CoremlManifest:
    """Read the manifest of a variant of either format."""
    data = files.read_json(path, "manifest")
    where = f"manifest {os.path.basename(path)}"
    model = data.get("model") if isinstance(data, dict) else None
    if isinstance(model, dict) and model.get("format") == FORMAT:
        return parse(data, where)
    return manifest.parse(data, where)
