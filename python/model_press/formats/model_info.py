"""import-model's description of a Keras model (info.json), which later steps read instead of the model."""

import dataclasses
import os
from typing import Literal

from model_press.formats import files, manifest, normalization, strict_json
from model_press.formats.errors import UserError


@dataclasses.dataclass(frozen=True)
class Port:
    """The model's input or output; size 0 in the shape is a free batch size."""

    name: str
    shape: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class InfoPreprocess:
    """The normalisation that the model was trained with, and how images are fitted to its input."""

    color_order: Literal["RGB", "BGR"]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resize: manifest.Resize

    @property
    def normalization(self) -> normalization.Normalization:
        return normalization.Normalization(self.color_order, self.mean, self.std)


@dataclasses.dataclass(frozen=True)
class ActivationRange:
    """The range of values of one tensor, learned in a training with int8's rounding.

    layer: which makes it. part: "output"; "depthwise": between the two convolutions of a separable one; "linear":
      before an activation that no integer operator has fused, such as softmax.
    min, max: in the tensor's own unit; 0 lies between.
    """

    layer: str
    part: Literal["depthwise", "linear", "output"]
    min: float
    max: float


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """keras: "2", "3" or "saved_model". trained: whether accuracy means anything.

    compression: what made this model from another one, or null. activation_ranges: none where it was trained in float.
    """

    schema_version: Literal[1]
    name: str
    keras: Literal["2", "3", "saved_model"]
    sha256: str
    bytes: int
    parameters: int
    input: Port
    output: Port
    classes: int
    preprocess: InfoPreprocess
    trained: bool
    compression: manifest.Compression | None = None
    activation_ranges: tuple[ActivationRange, ...] = ()

    @property
    def height(self) -> int:
        return self.input.shape[1]

    @property
    def width(self) -> int:
        return self.input.shape[2]


def read(path: str | os.PathLike[str]) -> ModelInfo:
    """Read and validate info.json."""
    where = f"model info {os.path.basename(path)}"
    data = files.read_json(path, "model info")
    info = strict_json.from_json(ModelInfo, data, where)
    normalization.from_json(
        {name: data["preprocess"][name] for name in ("color_order", "mean", "std")}, where
    )
    if len(info.input.shape) != 4 or min(info.input.shape[1:]) < 1 or info.classes < 2:
        raise UserError(f"{where}: not an image classifier; write it with import-model")
    return info
