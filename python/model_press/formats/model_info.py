"""import-model's description of a Keras model (info.json), which later steps read instead of the model."""

import dataclasses
import os
from typing import Annotated, Literal

from model_press.formats import files, manifest, normalization, strict_json
from model_press.formats.errors import UserError
from model_press.formats.normalization import PositiveTriple, Triple
from model_press.formats.strict_json import Count, Range, Sha256


@dataclasses.dataclass(frozen=True)
class Port:
    """The model's input or output; size 0 in the shape is a free batch size."""

    name: str
    shape: tuple[Count, ...]


@dataclasses.dataclass(frozen=True)
class InfoPreprocess:
    """The normalisation that the model was trained with, and how images are fitted to its input."""

    color_order: Literal["RGB", "BGR"]
    mean: Triple
    std: PositiveTriple
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
    sha256: Sha256
    bytes: Count
    parameters: Count
    input: Port
    output: Port
    classes: Annotated[int, Range(at_least=2)]
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
    return parse(files.read_json(path, "model info"), f"model info {os.path.basename(path)}")


def parse(data: object, where: str) -> ModelInfo:
    """Build a ModelInfo from parsed JSON."""
    info = strict_json.from_json(ModelInfo, data, where)
    if len(info.input.shape) != 4 or min(info.input.shape[1:]) < 1:
        raise UserError(
            f"{where}: input.shape is {list(info.input.shape)}, expected [N, H, W, C] of an image classifier; write it "
            "with import-model"
        )
    return info
