"""Define a model's camera input and postprocessing for the build, the manifest and the reference."""

import dataclasses
from typing import Annotated, Literal

from model_press.formats.errors import UserError
from model_press.formats.strict_json import Count, Length, Range

Filter = Literal["bilinear", "bilinear_antialias", "nearest"]
PixelOrder = Literal["RGB", "BGR", "RGBA", "BGRA", "NV12", "NV21"]
Rotation = Literal[0, 90, 180, 270]
Step = Literal["softmax", "topk", "argmax"]
# The longest side of a frame: a picture of 100 megapixels fits.
MAX_SIDE = 16384
Side = Annotated[int, Range(at_least=1, at_most=MAX_SIDE)]


@dataclasses.dataclass(frozen=True)
class CameraFrame:
    """The frame that an app sends, and how the model turns it into its own pixels.

    height, width: of the frame that the app sends. color_order: of its bytes; alpha is ignored. NV12 and NV21 are a
    camera's planes, see yuv.py.
    fit: "crop" to the model's aspect ratio first (the largest centred box), or "stretch".
    filter: "bilinear_antialias" is Pillow's BILINEAR (a triangle as wide as the shrink factor, rows first, each pass
    rounded to bytes), as model_press.images.decode resizes; "bilinear" looks at four pixels (half-pixel centres),
    "nearest" at one.
    rotation_degrees: degrees clockwise that make the frame upright, before it is cropped and resized.
    """

    height: Side
    width: Side
    color_order: PixelOrder
    fit: Literal["crop", "stretch"]
    filter: Filter
    rotation_degrees: Rotation = 0

    @property
    def is_planar(self) -> bool:
        """Whether the frame is a camera's planes instead of pixels."""
        return self.color_order in ("NV12", "NV21")

    @property
    def is_sideways(self) -> bool:
        """Whether its rows are columns once it is upright."""
        return self.rotation_degrees in (90, 270)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the uint8 frame: [height, width, channels], of planes [height * 3 / 2, width, 1]."""
        if self.is_planar:
            return (self.height * 3 // 2, self.width, 1)
        return (self.height, self.width, len(self.color_order))

    @property
    def upright(self) -> tuple[int, int]:
        """Height and width once it is rotated."""
        return (self.width, self.height) if self.is_sideways else (self.height, self.width)


@dataclasses.dataclass(frozen=True)
class CameraInput(CameraFrame):
    """A manifest's camera input. model_input_size: height and width that the model resizes the frame to."""

    model_input_size: Annotated[tuple[Side, ...], Length(2, 2)] = dataclasses.field(kw_only=True)


@dataclasses.dataclass(frozen=True)
class Postprocess:
    """What the model does with its scores.

    steps: in their order; "topk" and "argmax" come last, and give class indices beside scores.
    top_k: how many classes are returned: k of "topk", 1 of "argmax", 0 where all scores are.
    """

    steps: tuple[Step, ...]
    top_k: Count


def camera_input_of(frame: CameraFrame, model_input_size: tuple[int, ...]) -> CameraInput:
    """Return the manifest's camera input of a frame."""
    fields = {field.name: getattr(frame, field.name) for field in dataclasses.fields(CameraFrame)}
    return CameraInput(**fields, model_input_size=tuple(model_input_size))


def check_frame(frame: CameraFrame, where: str) -> None:
    """Raise UserError for an impossible size, or a filter that planes or a rotation exclude."""
    for name in ("height", "width"):
        side = getattr(frame, name)
        if not 1 <= side <= MAX_SIDE:
            raise UserError(f"{where}: {name} {side} must be 1 to {MAX_SIDE} pixels")
        if frame.is_planar and side % 2:
            raise UserError(
                f"{where}: {name} {side} is odd, but {frame.color_order} has a colour for 2x2 pixels; give an even one"
            )
    if frame.is_planar and frame.filter == "nearest":
        raise UserError(
            f"{where}: filter 'nearest' picks pixels, and {frame.color_order} is planes; use bilinear_antialias"
        )
    if frame.rotation_degrees and frame.filter != "bilinear_antialias":
        raise UserError(
            f"{where}: rotation_degrees {frame.rotation_degrees} with filter '{frame.filter}'; only bilinear_antialias "
            "rotates a frame"
        )


def check_coreml_frame(frame: CameraFrame, where: str) -> None:
    """Raise UserError for a frame of impossible size, or one that no Core ML package takes."""
    check_frame(frame, where)
    if (frame.color_order, frame.rotation_degrees, frame.filter) != (
        "RGB",
        0,
        "bilinear_antialias",
    ):
        raise UserError(
            f"{where}: {frame.color_order} with rotation_degrees {frame.rotation_degrees} and filter {frame.filter}, "
            "expected RGB, rotation_degrees 0 and filter bilinear_antialias: all that a Core ML package offers"
        )


def check_postprocess(postprocess: Postprocess, classes: int, where: str) -> None:
    """Raise UserError for a manifest's postprocess that make_postprocess would not give for its steps.

    Args:
      classes: the model's number of classes.
      where: the manifest, for messages.
    """
    names = (f"{where}: postprocess.steps", f"{where}: postprocess.top_k")
    expected = make_postprocess(postprocess.steps, postprocess.top_k, classes, names).top_k
    if postprocess.top_k != expected:
        raise UserError(
            f"{names[1]} is {postprocess.top_k}, expected {expected} for the steps {list(postprocess.steps)}"
        )


def make_postprocess(
    steps: tuple[str, ...],
    top: int,
    classes: int,
    names: tuple[str, str] = ("postprocess", "top"),
) -> Postprocess:
    """Return the checked steps.

    Args:
      steps: none, or of softmax, topk and argmax.
      top: k of topk; ignored without.
      classes: the model's number of classes.
      names: how errors call `steps` and `top`: a rule's attributes, or a file and its fields.
    Raises:
      UserError: an unknown step, an impossible order, or more results than classes.
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
        return Postprocess(steps, top)
    return Postprocess(steps, 1 if "argmax" in steps else 0)
