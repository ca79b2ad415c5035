"""The convert step: loads, fuses, converts, rewrites, verifies, and describes the result."""

import dataclasses
import itertools
import os
from collections.abc import Callable, Iterator

import numpy as np

from model_press.convert import (
    calibration,
    int4_weights,
    mixed_precision,
    preserved,
    sparse_weights,
    tflite,
    verify,
)
from model_press.formats import files, manifest, model_info
from model_press.formats.errors import UserError
from model_press.formats.normalization import Normalization
from model_press.formats.recipes import Recipe
from model_press.images import preprocess
from model_press.keras_io import fold_preprocessing, load
from model_press.tflite import arena, custom_ops, op_versions, reader
from model_press.tflite.rewrites import rewriting

# Calibration images that a mixed graph is compared with its float twin on.
_COMPARED_IMAGES = 32


@dataclasses.dataclass(frozen=True)
class Converted:
    """data: the .tflite file. fused_by: how preprocessing was fused (see fuse.Method) or "external"."""

    data: bytes
    file: reader.TfliteFile
    fused_by: str


def convert_model(
    path: str | os.PathLike[str],
    pre: Normalization,
    recipe: Recipe,
    images: np.ndarray | None,
    info: model_info.ModelInfo | None = None,
    kernels: custom_ops.Kernels | None = None,
) -> Converted:
    """Convert a model file by a recipe.

    Args:
      path: .keras, .h5, SavedModel directory or zip.
      pre: the normalisation that the model was trained with.
      images: uint8 [N, H, W, 3] raw RGB pixels for recipes that calibrate, else None.
      info: the model's description, if there is one: ranges that it learned in training are those of an int8
        graph, and zeros or clusters that a compression made must survive.
      kernels: reference kernels of the custom operators that the graph may have, by name.
    Raises:
      UserError: bad model, bad calibration images, or a conversion that breaks a promise.
    """
    _check_calibration(recipe, images is not None)
    kernels = kernels or {}
    if kernels and (recipe.quantized_activations or recipe.weights == "sparse_float32"):
        raise UserError(
            f"recipe {recipe.name} is converted by running the model in an interpreter that takes no custom operators "
            f"({', '.join(sorted(kernels))}); use fp32, fp16 or dynamic_int8"
        )
    with load.load(path) as loaded:
        if images is not None:
            calibration.check(images, loaded.height, loaded.width)
        if recipe.preprocess == "fused":
            call, fused_by = fold_preprocessing.fuse(
                loaded, pre, for_int8=recipe.activations == "int8"
            )
        else:
            call, fused_by = loaded.call, "external"
        samples = None if images is None else _samples(images, pre, recipe)
        ranges = info.activation_ranges if info is not None else ()
        data = tflite.convert(call, loaded.height, loaded.width, recipe, samples, ranges, kernels)
        # Half precision cannot lose a zero.
        if info is not None and info.compression is not None and recipe.weights != "float16":
            preserved.check(data, loaded.model)
        verify.check_structure(reader.parse(data, "the converted model"), recipe, kernels)
        if recipe.mixed_precision is not None:
            twin = tflite.convert(call, loaded.height, loaded.width, _in_float(recipe), None)
            inputs = list(itertools.islice(samples(), _COMPARED_IMAGES))
            most = recipe.mixed_precision.max_mean_diff
            data = mixed_precision.fit(data, twin, inputs, most)
    data = rewriting.apply(data, recipe.rewrites)
    if recipe.weights == "int4":
        data = int4_weights.store(data)
    if recipe.weights == "sparse_float32":
        data = sparse_weights.encode(data)
    file = reader.parse(data, "the converted model")
    verify.check_outputs(data, file, kernels)
    return Converted(data, file, fused_by)


def _check_calibration(recipe: Recipe, has_images: bool) -> None:
    """Raise UserError if calibration images are missing or would be ignored."""
    if recipe.calibration == "required" and not has_images:
        raise UserError(
            f"recipe {recipe.name} has {recipe.activations} activations and needs calibration images; "
            "set `calibration` to an image_set"
        )
    if recipe.calibration == "none" and has_images:
        raise UserError(
            f"recipe {recipe.name} has float activations and ignores calibration images; drop them, or "
            "use a recipe with int8 or int16 activations"
        )


def _in_float(recipe: Recipe) -> Recipe:
    """Return the recipe of the same model in float, with float inputs and outputs."""
    return dataclasses.replace(
        recipe,
        weights="float32",
        activations="float32",
        input_type="float32",
        output_type="float32",
        calibration="none",
    )


def _samples(
    images: np.ndarray, pre: Normalization, recipe: Recipe
) -> Callable[[], Iterator[np.ndarray]]:
    def samples() -> Iterator[np.ndarray]:
        for image in calibration.with_full_range(images):
            # The very function that evaluation uses, so calibration cannot be scaled differently.
            yield (
                image.astype(np.float32)
                if recipe.preprocess == "fused"
                else preprocess.normalize(image, pre)
            )

    return samples


def describe(
    converted: Converted,
    info: model_info.ModelInfo,
    recipe: Recipe,
    model_name: str,
    labels_path: str | os.PathLike[str] | None,
) -> manifest.TfliteManifest:
    """Return the manifest of a converted model that will be written as `model_name` + ".tflite".

    Without labels it is one for `manifest.with_labels`.
    """
    file = converted.file
    ops = file.builtin_ops()
    fused = recipe.preprocess == "fused"
    pre = info.preprocess
    described = manifest.TfliteManifest(
        schema_version=3,
        name=model_name,
        format=manifest.TFLITE,
        model=manifest.ModelFile(
            f"{model_name}.tflite",
            files.sha256_bytes(converted.data),
            len(converted.data),
        ),
        source=manifest.Source(
            info.name, info.sha256, info.keras, info.parameters, info.trained, info.compression
        ),
        recipe=recipe,
        input=_tensor(file.inputs[0], pixels=fused),
        output=manifest.Output(**vars(_tensor(file.outputs[0], pixels=False))),
        camera_input=None,
        postprocess=None,
        preprocess=manifest.Preprocess(
            color_order="RGB" if fused else pre.color_order,
            resize=pre.resize,
            fused=fused,
            mean=(0.0, 0.0, 0.0) if fused else pre.mean,
            std=(1.0, 1.0, 1.0) if fused else pre.std,
        ),
        labels=manifest.Labels("", info.classes, ""),
        activation_bytes=arena.activation_bytes(converted.data, file),
        requires=manifest.TfliteRequires(
            tuple(manifest.OpUse(*op) for op in ops),
            tuple(file.custom_ops()),
            op_versions.minimum_runtime((name, version) for name, version, _ in ops),
        ),
    )
    return described if labels_path is None else manifest.with_labels(described, labels_path)


def _tensor(info: reader.TensorInfo, pixels: bool) -> manifest.Tensor:
    scale = info.scales[0] if info.scales else 0.0
    zero_point = info.zero_points[0] if info.zero_points else 0
    if pixels and info.dtype == "uint8" and not info.scales:
        scale = 1.0  # the graph casts the byte to float: its real value is the pixel
    return manifest.Tensor(info.name, info.shape, info.dtype, scale, zero_point)
