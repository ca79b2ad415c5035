"""Define manifest.json (schema 3): everything an app, a gate and a report need to know about a model file.

`format` says which of two kinds it is: "tflite" (TfliteManifest) or "mlpackage" (CoremlManifest). `camera_input` is
null unless the model takes a camera's frame and resizes it itself.

TFLite without camera input: an app computes, for each channel in `preprocess.color_order`, x = (pixel - mean) / std. A
float32 input takes x; a quantised one takes round-half-even(x / scale) + zero_point. `preprocess.fused` says that mean
is 0 and std 1: raw pixels go in. With camera input: the frame's bytes go in, ordered as
`camera_input.color_order` says. Core ML itself scales and orders the pixels; an app hands over an image.
"""

import dataclasses
import os
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from model_press.formats import (
    camera_input,
    coreml_recipes,
    files,
    labels,
    recipes,
    strict_json,
)
from model_press.formats.camera_input import CameraInput, Postprocess, Side
from model_press.formats.errors import UserError
from model_press.formats.normalization import PositiveTriple, Triple
from model_press.formats.strict_json import (
    Count,
    Length,
    PlainFileName,
    Positive,
    Range,
    Sha256,
    Share,
)

SCHEMA_VERSION = 3
TFLITE: Final = "tflite"
MLPACKAGE: Final = "mlpackage"

Dtype = Literal["float32", "uint8", "int8", "int16"]
Name = Annotated[str, Length(1)]


@dataclasses.dataclass(frozen=True)
class ModelFile:
    """The model file beside the manifest: its name (no folder), SHA-256 and size in bytes."""

    file: PlainFileName
    sha256: Sha256
    bytes: Positive


@dataclasses.dataclass(frozen=True)
class Package:
    """The Core ML package: its folder's name, digest (package.digest), bytes of its files and specification version."""

    file: PlainFileName
    sha256: Sha256
    bytes: Positive
    specification_version: Positive


@dataclasses.dataclass(frozen=True)
class Compression:
    """The compression of the Keras model before its conversion.

    name: of the compression recipe. original_sha256, original_parameters: the Keras model that it began with.
    fine_tuned: whether training followed.
    """

    name: Name
    original_sha256: Sha256
    original_parameters: Count
    fine_tuned: bool


@dataclasses.dataclass(frozen=True)
class Source:
    """The Keras model it was made from. keras: "2", "3" or "saved_model". trained: weights mean something.

    compression: what was done to it before, or null.
    """

    name: Name
    sha256: Sha256
    keras: Literal["2", "3", "saved_model"]
    parameters: Count
    trained: bool
    compression: Compression | None = None


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or output tensor.

    A quantised tensor's real value is scale * (code - zero_point). A uint8 input that the graph
    casts to float takes pixel values: that is scale 1, zero point 0 too. Float tensors: 0 and 0.
    """

    name: str
    shape: Annotated[tuple[Positive, ...], Length(1, 8)]
    dtype: Dtype
    scale: Annotated[float, Range(at_least=0)]
    zero_point: int


@dataclasses.dataclass(frozen=True)
class Output(Tensor):
    """The scores: of every class, or with `postprocess.top_k` of the best classes, best first.

    indices: name of the output with the classes of the scores, int32 [1, top_k]; null where every class has its score.
    """

    indices: Name | None = None


@dataclasses.dataclass(frozen=True)
class CoremlOutput(Output):
    """Names are of features; the scores are as evaluated on the build machine.

    label: name of the output with the best label; null with `postprocess.top_k`. With a label the scores are a
    dictionary from label to probability, without they are float32 [1, top_k].
    """

    label: Name | None = None


@dataclasses.dataclass(frozen=True)
class ImageInput:
    """The image input: its feature name, size in pixels, and the colour order that Core ML hands to the program."""

    name: Name
    height: Side
    width: Side
    color_order: Literal["RGB", "BGR"]


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
    mean: Triple
    std: PositiveTriple


@dataclasses.dataclass(frozen=True)
class CoremlPreprocess:
    """x = pixel * scale + bias[channel], computed inside the package; how the app fits the image beforehand."""

    resize: Resize
    scale: Annotated[float, Range(above=0)]
    bias: Triple


@dataclasses.dataclass(frozen=True)
class Labels:
    """The labels file beside the manifest: one UTF-8 name a line, in class order."""

    file: PlainFileName
    count: Positive
    sha256: Sha256


@dataclasses.dataclass(frozen=True)
class OpUse:
    """A builtin operator of the graph, the version it needs, and how many nodes use it."""

    name: Name
    version: Positive
    count: Positive


@dataclasses.dataclass(frozen=True)
class TfliteRequires:
    """What a runtime must have. minimum_runtime: oldest TensorFlow Lite release with all these op versions."""

    ops: tuple[OpUse, ...]
    custom_ops: tuple[Name, ...]
    minimum_runtime: Name


@dataclasses.dataclass(frozen=True)
class CoremlRequires:
    """What an iPhone must have. operations: MIL operations that the program uses, sorted."""

    operations: tuple[Name, ...]
    minimum_ios: Name


class _WithCamera:
    """What manifests of both formats say of the camera."""

    name: str
    camera_input: CameraInput | None
    postprocess: Postprocess | None

    @property
    def camera(self) -> CameraInput:
        """Return the camera input; UserError if there is none."""
        if self.camera_input is None:
            raise UserError(
                f"{self.name}: camera_input is null, expected a variant with camera input"
            )
        return self.camera_input

    @property
    def top_k(self) -> int:
        """Number of classes returned by the model's own top-k, or 0 if it returns all scores."""
        return self.postprocess.top_k if self.postprocess else 0


@dataclasses.dataclass(frozen=True)
class TfliteManifest(_WithCamera):
    """The manifest of a .tflite.

    input: with camera input the frame, uint8 [1, *camera_input.shape] of scale 1.
    postprocess: what the model does with its scores, or null; only with camera input.
    activation_bytes: size of the arena that TensorFlow Lite plans for activations, see tflite/arena.py; null if
      it cannot be planned.
    """

    schema_version: Literal[3]
    name: Name
    format: Literal["tflite"]
    model: ModelFile
    source: Source
    recipe: recipes.Recipe
    input: Tensor
    output: Output
    camera_input: CameraInput | None
    postprocess: Postprocess | None
    preprocess: Preprocess
    labels: Labels
    activation_bytes: Count | None
    requires: TfliteRequires


@dataclasses.dataclass(frozen=True)
class CoremlManifest(_WithCamera):
    """The manifest of a Core ML package.

    input: with camera input the picture of the frame's size.
    coverage: share of the weights' elements that are stored compressed.
    activation_bytes: always null; Core ML plans memory on the device.
    """

    schema_version: Literal[3]
    name: Name
    format: Literal["mlpackage"]
    model: Package
    source: Source
    recipe: coreml_recipes.CoremlRecipe
    input: ImageInput
    output: CoremlOutput
    camera_input: CameraInput | None
    postprocess: Postprocess | None
    preprocess: CoremlPreprocess
    labels: Labels
    coverage: Share
    activation_bytes: Count | None
    requires: CoremlRequires


Manifest: TypeAlias = TfliteManifest | CoremlManifest
_M = TypeVar("_M", TfliteManifest, CoremlManifest)


def write(path: str | os.PathLike[str], manifest: Manifest) -> None:
    """Write a manifest; the same manifest gives the same bytes."""
    strict_json.write(path, manifest)


def read(path: str | os.PathLike[str]) -> Manifest:
    """Read and validate a manifest of either format; UserError names the file and the field that is wrong."""
    return parse(files.read_json(path, "manifest"), f"manifest {os.path.basename(path)}")


def read_tflite(path: str | os.PathLike[str], camera: bool | None = None) -> TfliteManifest:
    """Read the manifest of a .tflite; with `camera`, UserError unless it has (True) or lacks (False) camera input."""
    return _of_kind(read(path), TfliteManifest, path, camera)


def read_coreml(path: str | os.PathLike[str], camera: bool | None = None) -> CoremlManifest:
    """Read the manifest of a Core ML package; `camera` as for read_tflite."""
    return _of_kind(read(path), CoremlManifest, path, camera)


def read_unlabelled(path: str | os.PathLike[str]) -> TfliteManifest:
    """Read the manifest of a conversion without labels, for with_labels."""
    data = files.read_json(path, "manifest")
    inner = data.get("labels") if isinstance(data, dict) else None
    if isinstance(inner, dict) and inner.get("file") == "":
        data["labels"] = {**inner, "file": "labels.txt", "sha256": "0" * 64}
    where = f"manifest {os.path.basename(path)}"
    return _of_kind(parse(data, where), TfliteManifest, path, None)


def parse(data: Any, where: str) -> Manifest:
    """Build a manifest of either format from parsed JSON."""
    if not isinstance(data, dict):
        raise UserError(f"{where}: expected a JSON object, the manifest of a model")
    version = data.get("schema_version")
    if version in (1, 2) and not isinstance(version, bool):
        raise UserError(
            f"{where}: schema_version {version} was written by an older model_press, expected {SCHEMA_VERSION}; build "
            "the variant again"
        )
    kind = data.get("format")
    if "format" in data and kind not in (TFLITE, MLPACKAGE):
        raise UserError(
            f"{where}: field 'format': got {kind!r:.60}, expected one of '{TFLITE}', '{MLPACKAGE}'"
        )
    if kind == MLPACKAGE:
        package = strict_json.from_json(CoremlManifest, data, where)
        coreml_recipes.check(package.recipe, f"{where}: recipe")
        _check_coreml(package, where)
        return package
    manifest = strict_json.from_json(TfliteManifest, data, where)
    recipes.check(manifest.recipe, f"{where}: recipe")
    _check_tflite(manifest, where)
    return manifest


def with_labels(manifest: TfliteManifest, path: str | os.PathLike[str]) -> TfliteManifest:
    """Return the manifest with this labels file.

    Raises:
      UserError: there are not as many names as the model has outputs.
    """
    names = labels.read(path)
    labels.require_width(names, manifest.labels.count, f"labels {path}")
    named = Labels(os.path.basename(path), len(names), files.sha256(path))
    return dataclasses.replace(manifest, labels=named)


def verify_file(expected: str, path: str | os.PathLike[str], what: str) -> None:
    """Raise UserError if a file is not the one (by SHA-256) that a manifest was written for."""
    actual = files.sha256(files.require_file(path, what))
    if actual != expected:
        raise UserError(
            f"{what} {path} (sha256 {actual[:12]}…) is not the file its manifest names "
            f"({expected[:12]}…); take model, manifest and labels from one target"
        )


def _of_kind(
    found: Manifest, cls: type[_M], path: str | os.PathLike[str], camera: bool | None
) -> _M:
    where = f"manifest {os.path.basename(path)}"
    if not isinstance(found, cls):
        expected = MLPACKAGE if found.format == TFLITE else TFLITE
        raise UserError(
            f"{where}: format is '{found.format}', expected '{expected}'; give a variant of that format"
        )
    if camera is not None and camera != (found.camera_input is not None):
        raise UserError(
            f"{where}: camera_input is {'null' if camera else 'set'}, expected a variant "
            f"{'with' if camera else 'without'} camera input"
        )
    return found


def _check_tflite(manifest: TfliteManifest, where: str) -> None:
    need = strict_json.checker(where)
    for field in ("input", "output"):
        tensor = getattr(manifest, field)
        if tensor.dtype == "float32":
            need(
                tensor.scale == 0 and tensor.zero_point == 0,
                f"{field}.scale: {field} is float32 with scale {tensor.scale} and zero_point {tensor.zero_point}; both "
                "must be 0",
            )
        else:
            need(
                tensor.scale > 0,
                f"{field}.scale: {field} is {tensor.dtype} with scale {tensor.scale}, which must be above 0",
            )
    tensor, camera = manifest.input, manifest.camera_input
    if camera is None:
        need(
            len(tensor.shape) == 4 and tensor.shape[3] == 3,
            f"input.shape {list(tensor.shape)} must be [N, H, W, 3]",
        )
    else:
        camera_input.check_frame(camera, f"{where}: camera_input")
        shape = (1, *camera.shape)
        need(
            (tensor.shape, tensor.dtype) == (shape, "uint8"),
            f"input.shape: input is {tensor.dtype} {list(tensor.shape)}, expected camera_input's frame, uint8 "
            f"{list(shape)}",
        )
        need(
            (tensor.scale, tensor.zero_point) == (1, 0),
            f"input.scale: input has scale {tensor.scale} and zero_point {tensor.zero_point}, expected 1 and 0",
        )
    _check_output(manifest, tensor.shape[0], where)
    pre = manifest.preprocess
    identity = pre.mean == (0, 0, 0) and pre.std == (1, 1, 1)
    need(
        not pre.fused or (identity and (pre.color_order == "RGB" or camera is not None)),
        f"preprocess.fused is true with color_order {pre.color_order}, mean {list(pre.mean)} and std {list(pre.std)}; "
        "expected RGB, mean 0 and std 1, as raw pixels go in",
    )


def _check_coreml(manifest: CoremlManifest, where: str) -> None:
    need = strict_json.checker(where)
    camera, found = manifest.camera_input, manifest.input
    if camera is not None:
        camera_input.check_coreml_frame(camera, f"{where}: camera_input")
        need(
            (found.height, found.width) == (camera.height, camera.width),
            f"input.height and input.width are {found.width}x{found.height}, expected those of camera_input, "
            f"{camera.width}x{camera.height}",
        )
    _check_output(manifest, 1, where)
    label = manifest.output.label
    need(
        (label is None) == (manifest.top_k > 0),
        f"output.label is {label!r}, expected {'null' if manifest.top_k else 'a name'} with postprocess.top_k "
        f"{manifest.top_k}",
    )
    need(
        manifest.activation_bytes is None,
        f"activation_bytes is {manifest.activation_bytes}, expected null for a Core ML package",
    )


def _check_output(manifest: Manifest, batch: int, where: str) -> None:
    need = strict_json.checker(where)
    count, post, output = manifest.labels.count, manifest.postprocess, manifest.output
    if post is not None:
        need(
            manifest.camera_input is not None,
            "postprocess is set, expected null as camera_input is null",
        )
        camera_input.check_postprocess(post, count, where)
    top_k = manifest.top_k
    expected = (batch, top_k or count)
    need(
        output.shape == expected,
        f"output.shape {list(output.shape)} must be {list(expected)}: [{batch}, "
        f"{'postprocess.top_k' if top_k else 'labels.count'}]",
    )
    need(
        (output.indices is None) == (top_k == 0),
        f"output.indices is {output.indices!r}, expected {'a name' if top_k else 'null'} with postprocess.top_k "
        f"{top_k}",
    )
