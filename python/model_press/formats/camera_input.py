"""Describes camera input: data that the build, the manifest and the reference share."""

import dataclasses
from typing import Literal

from model_press.formats.errors import UserError

Filter = Literal["bilinear", "bilinear_antialias", "nearest"]
PixelOrder = Literal["RGB", "BGR", "RGBA", "BGRA", "NV12", "NV21"]
Turn = Literal[0, 90, 180, 270]
Step = Literal["softmax", "topk", "argmax"]
# A 100-megapixel picture; larger ones are not camera frames but a mistake.
_MAX_SIDE = 16384


@dataclasses.dataclass(frozen=True)
class Entry:
    """From the bytes that an app sends to the pixels that the network takes.

    height, width: of the frame that the app sends. color_order: of its bytes; alpha is ignored. NV12 and NV21 are a
    camera's planes, see yuv.py.
    fit: "crop" to the network's aspect ratio first (the largest centred box), or "stretch".
    filter: "bilinear_antialias" is Pillow's BILINEAR (a triangle as wide as the shrink factor, rows first, each pass
    rounded to bytes), what model_press.images.decode does; "bilinear" looks at
    four pixels (half-pixel centres), "nearest"
    at one.
    turn: degrees clockwise that make the frame upright, before it is cropped and resized.
    """

    height: int
    width: int
    color_order: PixelOrder
    fit: Literal["crop", "stretch"]
    filter: Filter
    turn: Turn = 0

    @property
    def is_planar(self) -> bool:
        """Whether the frame is a camera's planes instead of pixels."""
        return self.color_order in ("NV12", "NV21")

    @property
    def is_sideways(self) -> bool:
        """Whether its rows are columns once it is upright."""
        return self.turn in (90, 270)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the uint8 frame: [height, width, channels], of planes [height * 3 / 2, width, 1]."""
        if self.is_planar:
            return (self.height * 3 // 2, self.width, 1)
        return (self.height, self.width, len(self.color_order))

    @property
    def upright(self) -> tuple[int, int]:
        """Height and width once it is turned."""
        return (self.width, self.height) if self.is_sideways else (self.height, self.width)


@dataclasses.dataclass(frozen=True)
class Answer:
    """From the network's outputs to the app's answer.

    steps: in their order; "topk" and "argmax" come last, and give class indices beside scores.
    count: how many classes are answered: k of "topk", 1 of "argmax", 0 where all scores are.
    """

    steps: tuple[Step, ...]
    count: int

    @property
    def picks(self) -> bool:
        """Whether it names classes, instead of giving every class's score."""
        return self.count > 0


def check_entry(entry: Entry, where: str) -> None:
    """Raise UserError for a frame of no possible size, or what planes or a turn cannot be combined with."""
    for name in ("height", "width"):
        side = getattr(entry, name)
        if not 1 <= side <= _MAX_SIDE:
            raise UserError(f"{where}: {name} {side} must be 1 to {_MAX_SIDE} pixels")
        if entry.is_planar and side % 2:
            raise UserError(
                f"{where}: {name} {side} is odd, but {entry.color_order} has a colour for 2x2 pixels; give an even one"
            )
    if entry.is_planar and entry.filter == "nearest":
        raise UserError(
            f"{where}: filter 'nearest' picks pixels, and {entry.color_order} is planes; use bilinear_antialias"
        )
    if entry.turn and entry.filter != "bilinear_antialias":
        raise UserError(
            f"{where}: turn {entry.turn} with filter '{entry.filter}'; only bilinear_antialias turns a frame"
        )


def check_network(network: tuple[int, ...], where: str) -> None:
    """Raise UserError unless it is a possible height and width."""
    if len(network) != 2 or not all(1 <= side <= _MAX_SIDE for side in network):
        raise UserError(
            f"{where}: network is {list(network[:4])}, expected a height and a width of 1 to {_MAX_SIDE}"
        )


def check_answer(answer: Answer, classes: int, where: str) -> None:
    """Raise UserError for a manifest's answer that make_answer would not give for its steps.

    Args:
      classes: how many the model has.
      where: the manifest, for messages.
    """
    names = (f"{where}: answer.steps", f"{where}: answer.count")
    expected = make_answer(answer.steps, answer.count, classes, names).count
    if answer.count != expected:
        raise UserError(
            f"{names[1]} is {answer.count}, expected {expected} for the steps {list(answer.steps)}"
        )


def make_answer(
    steps: tuple[str, ...],
    top: int,
    classes: int,
    names: tuple[str, str] = ("postprocess", "top"),
) -> Answer:
    """Return the checked steps.

    Args:
      steps: none, or of softmax, topk and argmax.
      top: k of topk; ignored without.
      classes: how many the model has.
      names: what errors call `steps` and `top`: a rule's attributes, or a file and its fields.
    Raises:
      UserError: an unknown step, an impossible order, or more answers than classes.
    """
    unknown = sorted(set(steps) - {"softmax", "topk", "argmax"})
    if unknown:
        raise UserError(f"{names[0]} '{unknown[0]}' is unknown; use softmax, topk or argmax")
    allowed = [(), ("softmax",), ("topk",), ("argmax",), ("softmax", "topk"), ("softmax", "argmax")]
    if steps not in allowed:
        raise UserError(
            f"{names[0]} {list(steps)} is not a valid order; put softmax first, then topk or argmax, each once"
        )
    if "topk" in steps:
        if not 1 <= top <= classes:
            raise UserError(
                f"{names[1]} {top} must be 1 to {classes}, the model's number of classes"
            )
        return Answer(steps, top)
    return Answer(steps, 1 if "argmax" in steps else 0)
