"""Define the examples that every reader of model_press's files must accept or refuse.

One valid example of each format is edited by hand, examples/valid/KIND_NAME.json. All others are derived from them.
"""

import copy
import dataclasses
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from model_press.formats import (
    bundle,
    compressions,
    coreml_recipes,
    files,
    manifest,
    metrics,
    model_info,
    recipes,
    strict_json,
)

# Kind of file -> what reads it from parsed JSON, and the dataclasses that it holds one of.
KINDS: dict[str, tuple[Callable[[Any, str], Any], tuple[type, ...]]] = {
    "bundle_index": (bundle.parse, (bundle.Index,)),
    "compression": (compressions.parse, (compressions.Compression,)),
    "coreml_recipe": (coreml_recipes.parse, (coreml_recipes.CoremlRecipe,)),
    "manifest": (manifest.parse, (manifest.TfliteManifest, manifest.CoremlManifest)),
    "metrics": (metrics.parse, (metrics.Metrics,)),
    "model_info": (model_info.parse, (model_info.ModelInfo,)),
    "recipe": (recipes.parse, (recipes.Recipe,)),
}


@dataclasses.dataclass(frozen=True)
class Example:
    """One example file.

    file: its path below examples/. kind: key of KINDS.
    words: what the error message must contain; empty for a valid file.
    apps_may_accept: whether a reader in an app, which reads only the fields that it uses, may take the file.
    """

    file: str
    kind: str
    words: tuple[str, ...] = ()
    apps_may_accept: bool = False


def valid(name: str) -> Any:
    """Return the object of a valid example, such as "manifest_tflite_int8"."""
    read, _ = KINDS[_kind(name)]
    return read(_json(name), name)


def texts() -> dict[Example, bytes]:
    """Return all examples with their content, the valid ones as strict_json writes them."""
    found = {}
    for name in sorted({path.stem for path in _FOLDER.glob("*.json")} | _DERIVED.keys()):
        example = Example(f"valid/{name}.json", _kind(name))
        found[example] = files.dump_json(strict_json.to_json(valid(name)))
    for base, examples in _INVALID.items():
        for name, words, path, value in examples:
            # Python writes no number beyond a float's range.
            text = json.dumps(_changed(base, {path: value}), indent=2).replace(f'"{_HUGE}"', _HUGE)
            may_accept = name in _APPS_MAY_ACCEPT
            example = Example(f"invalid/{name}.json", _kind(base), tuple(words.split()), may_accept)
            found[example] = f"{text}\n".encode()
    return found


def facts(name: str) -> dict[str, Any]:
    """Return what every client must decode from a valid manifest or index; other kinds have no facts."""
    found = valid(name)
    if isinstance(found, bundle.Index):
        return {"default": found.default, "models": [variant.model for variant in found.variants]}
    if not isinstance(found, manifest.TfliteManifest | manifest.CoremlManifest):
        return {}
    camera, resize = found.camera_input, found.preprocess.resize
    if isinstance(found, manifest.CoremlManifest):
        height, width, color_order = found.input.height, found.input.width, found.input.color_order
    else:
        _, height, width, _ = found.input.shape
        color_order = found.preprocess.color_order
    return {
        "name": found.name,
        "format": found.format,
        "recipe": found.recipe.name,
        "compression": found.source.compression and found.source.compression.name,
        "file": found.model.file,
        "sha256": found.model.sha256,
        "height": camera.height if camera else height,
        "width": camera.width if camera else width,
        "rotation_degrees": camera.rotation_degrees if camera else 0,
        "color_order": camera.color_order if camera else color_order,
        "fit": camera.fit if camera else resize.fit,
        "classes": found.labels.count,
        "scores": found.output.shape[-1],
        "scale": found.output.scale,
        "zero_point": found.output.zero_point,
        "top_k": found.postprocess.top_k if found.postprocess else 0,
    }


def _kind(name: str) -> str:
    return next(kind for kind in KINDS if name.startswith(f"{kind}_"))


def _json(name: str) -> Any:
    if name in _DERIVED:
        return _changed(*_DERIVED[name])
    return files.read_json(_FOLDER / f"{name}.json", "example")


def _changed(base: str, changes: Mapping[str, Any]) -> Any:
    data = _json(base)
    for path, value in changes.items():
        *parts, last = path.split(".")
        inner = data
        for key in parts:
            inner = inner[int(key) if key.isdigit() else key]
        if value is _MISSING:
            del inner[last]
        else:
            inner[last] = copy.deepcopy(value)
    return data


_FOLDER = pathlib.Path(__file__).parent / "examples/valid"
_HUGE = "1e400"
_MISSING = object()
_FLOAT_RECIPE: dict[str, Any] = {
    "weights": "float32",
    "activations": "float32",
    "input_type": "float32",
    "output_type": "float32",
    "calibration": "none",
    "mixed_precision": None,
    "rewrites": [],
}
_COMPRESSION = {
    "name": "macs30",
    "original_sha256": "3" * 64,
    "original_parameters": 35210,
    "fine_tuned": True,
}
_CAMERA = {
    "height": 480,
    "width": 640,
    "color_order": "RGBA",
    "fit": "crop",
    "filter": "bilinear_antialias",
    "rotation_degrees": 0,
    "model_input_size": [64, 64],
}
_TOP = {"steps": ["softmax", "topk"], "top_k": 5}


def _named(file: str) -> dict[str, Any]:
    return {"name": file.partition(".")[0], "model.file": file}


# Valid example -> the valid one that it is derived from, and path of each changed field -> its value.
_DERIVED: dict[str, tuple[str, dict[str, Any]]] = {
    "recipe_fp32": ("recipe_int8", {"name": "fp32", **_FLOAT_RECIPE}),
    "coreml_recipe_palette": (
        "coreml_recipe_int8",
        {
            "name": "coreml_palette4",
            "minimum_ios": 18,
            "weights": "palette",
            "palette": {"bits": 4, "mode": "kmeans", "group_size": 16},
        },
    ),
    "manifest_tflite_fp32": (
        "manifest_tflite_int8",
        {
            **_named("digits_fp32.tflite"),
            "recipe.name": "fp32",
            **{f"recipe.{field}": value for field, value in _FLOAT_RECIPE.items()},
            "input.dtype": "float32",
            "input.scale": 0.0,
            "output.dtype": "float32",
            "output.scale": 0.0,
        },
    ),
    "manifest_tflite_dynamic_int8": (
        "manifest_tflite_fp32",
        {
            **_named("digits_dynamic_int8.tflite"),
            "recipe.name": "dynamic_int8",
            "recipe.weights": "int8",
            "recipe.preprocess": "external",
            "preprocess.color_order": "BGR",
            "preprocess.fused": False,
            "preprocess.mean": [103.939, 116.779, 123.68],
        },
    ),
    "manifest_tflite_compressed": (
        "manifest_tflite_fp32",
        {**_named("digits_macs30_fp32.tflite"), "source.compression": _COMPRESSION},
    ),
    "manifest_tflite_camera": (
        "manifest_tflite_int8",
        {
            **_named("digits_int8_camera.tflite"),
            "input.name": "frame",
            "input.shape": [1, 480, 640, 4],
            "camera_input": _CAMERA,
        },
    ),
    "manifest_tflite_camera_planes": (
        "manifest_tflite_camera",
        {
            **_named("digits_int8_planes.tflite"),
            "input.shape": [1, 720, 640, 1],
            "camera_input": {**_CAMERA, "color_order": "NV21", "rotation_degrees": 90},
            "postprocess": {"steps": ["softmax"], "top_k": 0},
        },
    ),
    "manifest_tflite_camera_top_k": (
        "manifest_tflite_camera",
        {
            **_named("digits_int8_camera_top5.tflite"),
            "output.shape": [1, 5],
            "output.dtype": "float32",
            "output.scale": 0.0,
            "output.indices": "indices",
            "postprocess": _TOP,
        },
    ),
    "manifest_mlpackage_compressed": (
        "manifest_mlpackage",
        {**_named("digits_macs30_coreml_int8.mlpackage"), "source.compression": _COMPRESSION},
    ),
    "manifest_mlpackage_camera": (
        "manifest_mlpackage",
        {
            **_named("digits_coreml_int8_camera.mlpackage"),
            "input.height": 480,
            "input.width": 640,
            "camera_input": {**_CAMERA, "color_order": "RGB"},
        },
    ),
    "manifest_mlpackage_camera_top_k": (
        "manifest_mlpackage_camera",
        {
            **_named("digits_coreml_int8_camera_top5.mlpackage"),
            "output.name": "scores",
            "output.shape": [1, 5],
            "output.indices": "indices",
            "output.label": None,
            "postprocess": _TOP,
        },
    ),
    "bundle_index_ios": (
        "bundle_index_android",
        {
            "default": "digits_coreml_int8",
            "variants": [
                {
                    "name": "digits_coreml_int8",
                    "model": "digits_coreml_int8/digits_coreml_int8.mlpackage",
                    "manifest": "digits_coreml_int8/manifest.json",
                    "labels": "digits_coreml_int8/labels.txt",
                }
            ],
        },
    ),
}
# Readers in apps, which read only the fields that they use, may accept these.
_APPS_MAY_ACCEPT = ("manifest_unknown_field", "manifest_unpaired_surrogate", "manifest_recipe")
# Valid example -> for each that is derived from it: name, words of the message, path of the field, its value.
_INVALID: dict[str, tuple[tuple[str, str, str, Any], ...]] = {
    "manifest_tflite_int8": (
        ("manifest_schema_1", "schema_version 1 older again", "schema_version", 1),
        ("manifest_schema_4", "schema_version 4", "schema_version", 4),
        ("manifest_unknown_format", "format", "format", "onnx"),
        ("manifest_no_format", "format", "format", _MISSING),
        ("manifest_unknown_field", "entry", "entry", {}),
        ("manifest_missing_field", "preprocess", "preprocess", _MISSING),
        ("manifest_missing_inner_field", "count", "labels.count", _MISSING),
        ("manifest_wrong_type", "count", "labels.count", "twenty"),
        ("manifest_wrong_inner_type", "shape", "input.shape", "1x64x64x3"),
        ("manifest_zero_scale", "output scale", "output.scale", 0),
        ("manifest_negative_scale", "output scale", "output.scale", -0.5),
        ("manifest_scale_1e400", "scale", "output.scale", _HUGE),
        ("manifest_unpaired_surrogate", "name", "source.name", "digits\ud800"),
        ("manifest_labels_count", "output 19", "labels.count", 19),
        ("manifest_no_labels", "count", "labels.count", 0),
        ("manifest_model_path", "file", "model.file", "../digits.tflite"),
        ("manifest_labels_path", "file", "labels.file", "a/digits.labels.txt"),
        ("manifest_sha256", "sha256", "model.sha256", "../" + "0" * 61),
        ("manifest_four_channels", "input", "input.shape", [1, 64, 64, 4]),
        ("manifest_zero_std", "std", "preprocess.std", [1.0, 0.0, 1.0]),
        ("manifest_two_means", "mean", "preprocess.mean", [0.0, 0.0]),
        ("manifest_unknown_filter", "filter", "preprocess.resize.filter", "lanczos"),
        ("manifest_unknown_fit", "fit", "preprocess.resize.fit", "pad"),
        ("manifest_recipe", "recipe calibration", "recipe.calibration", "none"),
        (
            "manifest_postprocess_alone",
            "postprocess",
            "postprocess",
            {"steps": ["softmax"], "top_k": 0},
        ),
    ),
    "manifest_tflite_camera_top_k": (
        ("manifest_schema_2", "schema_version 2 older again", "schema_version", 2),
        ("manifest_camera_top_k_above_labels", "top_k", "postprocess.top_k", 21),
        ("manifest_camera_top_k_not_output", "output", "postprocess.top_k", 4),
        ("manifest_camera_steps", "steps", "postprocess.steps", ["topk", "softmax"]),
        ("manifest_camera_no_indices", "indices", "output.indices", None),
        ("manifest_camera_frame", "input", "camera_input.height", 482),
        ("manifest_camera_size", "model_input_size", "camera_input.model_input_size", [64, 0]),
        ("manifest_camera_rotation", "rotation_degrees", "camera_input.rotation_degrees", 45),
    ),
    "manifest_mlpackage": (
        ("manifest_mlpackage_schema_1", "schema_version 1 older again", "schema_version", 1),
        ("manifest_mlpackage_bias", "bias", "preprocess.bias", [0.0]),
        ("manifest_mlpackage_no_label", "label", "output.label", None),
        ("manifest_mlpackage_labels_count", "output 19", "labels.count", 19),
    ),
    "manifest_mlpackage_camera": (
        ("manifest_mlpackage_rotation", "rotation_degrees", "camera_input.rotation_degrees", 90),
        ("manifest_mlpackage_frame", "input", "input.height", 64),
    ),
    "recipe_int8": (
        ("recipe_unknown_weights", "weights int3", "weights", "int3"),
        ("recipe_calibration", "calibration", "calibration", "none"),
        (
            "recipe_tolerance",
            "tolerance.min_top1_agreement 1.5",
            "tolerance.min_top1_agreement",
            1.5,
        ),
        ("recipe_name", "name Int-8", "name", "Int-8"),
    ),
    "coreml_recipe_int8": (("coreml_recipe_sparsity", "sparsity", "sparsity", 1.0),),
    "coreml_recipe_palette": (("coreml_recipe_palette_bits", "palette.bits 5", "palette.bits", 5),),
    "compression_everything": (
        ("compression_share_and_budget", "share budget", "channels.share", 0.5),
        ("compression_clusters", "clustering.clusters 257", "clustering.clusters", 257),
    ),
    "metrics_android": (
        ("metrics_kind", "machine.kind", "machine.kind", "toaster"),
        (
            "metrics_negative_latency",
            "records[0].latency.median_ms",
            "records.0.latency.median_ms",
            -1.0,
        ),
    ),
    "model_info_digits": (
        ("model_info_one_class", "classes", "classes", 1),
        ("model_info_zero_std", "preprocess.std", "preprocess.std", [1.0, 0.0, 1.0]),
    ),
    "bundle_index_android": (
        ("bundle_index_schema_1", "schema_version", "schema_version", 1),
        ("bundle_index_default", "default", "default", "digits_int4"),
        ("bundle_index_no_variant", "variants", "variants", []),
        ("bundle_index_path", "labels", "variants.0.labels", "../labels.txt"),
        ("bundle_index_absolute_path", "model", "variants.0.model", "/model.tflite"),
        ("bundle_index_twice", "digits_fp32", "variants.0.name", "digits_fp32"),
    ),
}
