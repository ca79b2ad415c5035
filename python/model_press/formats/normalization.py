"""Define pixel normalisation: colour order, then (pixel - mean) / std per channel.

A pixel is an 8-bit RGB triple. mean and std are in pixel units (0..255) and follow `color_order`.
"""

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Literal

from model_press.formats import files, strict_json
from model_press.formats.errors import UserError
from model_press.formats.strict_json import Length, Range

Triple = Annotated[tuple[float, ...], Length(3, 3)]
PositiveTriple = Annotated[tuple[Annotated[float, Range(above=0)], ...], Length(3, 3)]


@dataclasses.dataclass(frozen=True)
class Normalization:
    """A Keras model's expected input: x = (pixel[color_order] - mean) / std."""

    color_order: Literal["RGB", "BGR"]
    mean: Triple
    std: PositiveTriple

    @property
    def is_identity(self) -> bool:
        """True if the model takes raw RGB pixel values 0..255."""
        return self == RAW

    def then(self, scale: Iterable[float], offset: Iterable[float]) -> "Normalization":
        """Return this normalisation followed by x * scale + offset (three numbers each, scale above 0)."""
        steps = list(zip(self.mean, self.std, map(float, scale), map(float, offset), strict=True))
        return Normalization(
            self.color_order,
            tuple(mean - shift * std / factor for mean, std, factor, shift in steps),
            tuple(std / factor for _, std, factor, _ in steps),
        )


RAW = Normalization("RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

# Keras' own modes (keras.applications.imagenet_utils.preprocess_input): tf scales to [-1, 1],
# caffe takes BGR and subtracts ImageNet's mean, torch normalises by ImageNet's mean and deviation.
NAMED = {
    "none": RAW,
    "tf": Normalization("RGB", (127.5,) * 3, (127.5,) * 3),
    "caffe": Normalization("BGR", (103.939, 116.779, 123.68), (1.0, 1.0, 1.0)),
    "torch": Normalization(
        "RGB",
        tuple(255 * m for m in (0.485, 0.456, 0.406)),
        tuple(255 * s for s in (0.229, 0.224, 0.225)),
    ),
}


def parse(text: str) -> Normalization:
    """Read tf, caffe, torch, none, or JSON like {"color_order":"RGB","mean":[...],"std":[...]}."""
    if text in NAMED:
        return NAMED[text]
    try:
        data = files.parse_json(text)
    except (ValueError, RecursionError):
        raise UserError(
            f"preprocess '{text}' is unknown; use {', '.join(sorted(NAMED))} or a JSON object with "
            "color_order, mean and std"
        ) from None
    return from_json(data, "preprocess")


def from_json(data: object, where: str) -> Normalization:
    """Build a Normalization from parsed JSON; UserError names a wrong field."""
    return strict_json.from_json(Normalization, data, where)
