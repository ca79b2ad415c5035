"""Define the examples that every reader of model_press's files must accept or refuse."""

import copy
import dataclasses
import json
from collections.abc import Callable
from typing import Any

from model_press.formats import (
    bundle,
    camera_input,
    compressions,
    coreml_recipes,
    files,
    manifest,
    metrics,
    model_info,
    recipes,
    strict_json,
)

# What reads each kind of file from parsed JSON.
READERS: dict[str, Callable[[Any, str], Any]] = {
    "bundle_index": bundle.parse,
    "compression": compressions.parse,
    "coreml_recipe": coreml_recipes.parse,
    "manifest": manifest.parse,
    "metrics": metrics.parse,
    "model_info": model_info.parse,
    "recipe": recipes.parse,
}
_CLASSES: dict[str, tuple[type, ...]] = {
    "bundle_index": (bundle.Index,),
    "compression": (compressions.Compression,),
    "coreml_recipe": (coreml_recipes.CoremlRecipe,),
    "manifest": (manifest.TfliteManifest, manifest.CoremlManifest),
    "metrics": (metrics.Metrics,),
    "model_info": (model_info.ModelInfo,),
    "recipe": (recipes.Recipe,),
}


@dataclasses.dataclass(frozen=True)
class Example:
    """One example file.

    file: its path below examples/. kind: key of READERS.
    words: what the error message must contain; empty for a valid file.
    apps_may_accept: whether a reader in an app, which reads only the fields that it uses, may take the file.
    """

    file: str
    kind: str
    words: tuple[str, ...] = ()
    apps_may_accept: bool = False


def classes(kind: str) -> tuple[type, ...]:
    """Return the dataclasses that a kind of file holds one of."""
    return _CLASSES[kind]


def valid(name: str) -> Any:
    """Return the object of a valid example, such as "manifest_tflite_int8"."""
    return _valid()[name][1]


def texts() -> dict[Example, bytes]:
    """Return all examples with their content."""
    found = {}
    valid = _valid()
    for name, (kind, value) in valid.items():
        found[Example(f"valid/{name}.json", kind)] = files.dump_json(strict_json.to_json(value))
    for name, base, words, path, value in _INVALID:
        kind, whole = valid[base]
        data = _json(whole)
        _put(data, path, value)
        text = json.dumps(data, indent=2) + "\n"
        # Python writes no number beyond a float's range.
        text = text.replace(f'"{_HUGE}"', _HUGE)
        example = Example(
            f"invalid/{name}.json", kind, tuple(words.split()), name in _APPS_MAY_ACCEPT
        )
        found[example] = text.encode()
    return found


def _json(value: Any) -> Any:
    return json.loads(files.dump_json(strict_json.to_json(value)))


def _put(data: Any, path: str, value: Any) -> None:
    *parts, last = path.split(".")
    for key in parts:
        data = data[int(key) if key.isdigit() else key]
    if value is _MISSING:
        del data[last]
    else:
        data[last] = copy.deepcopy(value)


_HUGE = "1e400"
_MISSING = object()
_RESIZE = manifest.Resize("crop", "bilinear_antialias")
_LABELS = manifest.Labels("digits.labels.txt", 20, "2" * 64)
_SOURCE = manifest.Source("digits", "1" * 64, "2", 21340, True)
_COMPRESSION = manifest.Compression("macs30", "3" * 64, 35210, True)
_TOLERANCE = recipes.Tolerance(0.9, 0.05)


def _recipe(name: str, **changes: Any) -> recipes.Recipe:
    base = recipes.Recipe(
        schema_version=1,
        name=name,
        weights="float32",
        activations="float32",
        input_type="float32",
        output_type="float32",
        preprocess="fused",
        per_channel_dense=False,
        calibration="none",
        mixed_precision=None,
        rewrites=(),
        tolerance=_TOLERANCE,
    )
    return dataclasses.replace(base, **changes)


_INT8 = _recipe(
    "int8",
    weights="int8",
    activations="int8",
    input_type="uint8",
    output_type="uint8",
    calibration="required",
    mixed_precision=recipes.MixedPrecision(0.02),
    rewrites=("concatenation", "pooling"),
)


def _tflite(name: str, recipe: recipes.Recipe, **changes: Any) -> manifest.TfliteManifest:
    base = manifest.TfliteManifest(
        schema_version=3,
        name=f"digits_{name}",
        format="tflite",
        model=manifest.ModelFile(f"digits_{name}.tflite", "0" * 64, 28416),
        source=_SOURCE,
        recipe=recipe,
        input=manifest.Tensor("image", (1, 64, 64, 3), "float32", 0.0, 0),
        output=manifest.Output("scores", (1, 20), "float32", 0.0, 0),
        camera_input=None,
        postprocess=None,
        preprocess=manifest.Preprocess("RGB", _RESIZE, True, (0.0,) * 3, (1.0,) * 3),
        labels=_LABELS,
        activation_bytes=131072,
        requires=manifest.TfliteRequires(
            (manifest.OpUse("CONV_2D", 3, 4), manifest.OpUse("SOFTMAX", 2, 1)), (), "2.6.0"
        ),
    )
    return dataclasses.replace(base, **changes)


def _camera(
    name: str,
    frame: camera_input.CameraFrame,
    postprocess: camera_input.Postprocess | None,
    output: manifest.Output,
) -> manifest.TfliteManifest:
    return _tflite(
        name,
        _INT8,
        input=manifest.Tensor("frame", (1, *frame.shape), "uint8", 1.0, 0),
        output=output,
        camera_input=camera_input.camera_input_of(frame, (64, 64)),
        postprocess=postprocess,
    )


def _coreml(name: str, **changes: Any) -> manifest.CoremlManifest:
    base = manifest.CoremlManifest(
        schema_version=3,
        name=f"digits_{name}",
        format="mlpackage",
        model=manifest.Package(f"digits_{name}.mlpackage", "4" * 64, 30211, 7),
        source=_SOURCE,
        recipe=_COREML_RECIPE,
        input=manifest.ImageInput("image", 64, 64, "RGB"),
        output=manifest.CoremlOutput(
            "classLabel_probs", (1, 20), "float32", 0.0, 0, label="classLabel"
        ),
        camera_input=None,
        postprocess=None,
        preprocess=manifest.CoremlPreprocess(_RESIZE, 0.00784313725490196, (-1.0, -1.0, -1.0)),
        labels=_LABELS,
        coverage=0.98,
        activation_bytes=None,
        requires=manifest.CoremlRequires(("classify", "conv", "softmax"), "16.0"),
    )
    return dataclasses.replace(base, **changes)


_COREML_RECIPE = coreml_recipes.CoremlRecipe(
    schema_version=1,
    name="coreml_int8",
    minimum_ios=16,
    compute="float16",
    sparsity=0.0,
    weights="int8",
    palette=None,
    min_elements=2048,
    min_coverage=0.9,
    tolerance=_TOLERANCE,
)


def _valid() -> dict[str, tuple[str, Any]]:
    top = camera_input.Postprocess(("softmax", "topk"), 5)
    best = manifest.Output("scores", (1, 5), "float32", 0.0, 0, "indices")
    quantized = manifest.Output("scores", (1, 20), "uint8", 0.00390625, 0)
    rgba = camera_input.CameraFrame(480, 640, "RGBA", "crop", "bilinear_antialias", 0)
    planes = camera_input.CameraFrame(480, 640, "NV21", "crop", "bilinear_antialias", 90)
    picture = camera_input.CameraFrame(480, 640, "RGB", "crop", "bilinear_antialias", 0)
    compressed = dataclasses.replace(_SOURCE, compression=_COMPRESSION)
    manifests = {
        "tflite_fp32": _tflite("fp32", _recipe("fp32")),
        "tflite_int8": _tflite(
            "int8",
            _INT8,
            input=manifest.Tensor("image", (1, 64, 64, 3), "uint8", 1.0, 0),
            output=quantized,
        ),
        "tflite_dynamic_int8": _tflite(
            "dynamic_int8",
            _recipe("dynamic_int8", weights="int8", preprocess="external"),
            preprocess=manifest.Preprocess(
                "BGR", _RESIZE, False, (103.939, 116.779, 123.68), (1.0,) * 3
            ),
        ),
        "tflite_compressed": _tflite("macs30_fp32", _recipe("fp32"), source=compressed),
        "tflite_camera": _camera("int8_camera", rgba, None, quantized),
        "tflite_camera_planes": _camera(
            "int8_planes", planes, camera_input.Postprocess(("softmax",), 0), quantized
        ),
        "tflite_camera_top_k": _camera("int8_camera_top5", rgba, top, best),
        "mlpackage": _coreml("coreml_int8"),
        "mlpackage_compressed": _coreml("macs30_coreml_int8", source=compressed),
        "mlpackage_camera": _coreml(
            "coreml_int8_camera",
            input=manifest.ImageInput("image", 480, 640, "RGB"),
            camera_input=camera_input.camera_input_of(picture, (64, 64)),
        ),
        "mlpackage_camera_top_k": _coreml(
            "coreml_int8_camera_top5",
            input=manifest.ImageInput("image", 480, 640, "RGB"),
            output=manifest.CoremlOutput("scores", (1, 5), "float32", 0.0, 0, "indices"),
            camera_input=camera_input.camera_input_of(picture, (64, 64)),
            postprocess=top,
        ),
    }
    return {
        **{f"manifest_{name}": ("manifest", value) for name, value in manifests.items()},
        "recipe_int8": ("recipe", _INT8),
        "recipe_fp32": ("recipe", _recipe("fp32")),
        "coreml_recipe_int8": ("coreml_recipe", _COREML_RECIPE),
        "coreml_recipe_palette": (
            "coreml_recipe",
            dataclasses.replace(
                _COREML_RECIPE,
                name="coreml_palette4",
                minimum_ios=18,
                weights="palette",
                palette=coreml_recipes.Palette(4, "kmeans", 16),
            ),
        ),
        "compression_everything": ("compression", _compression()),
        "metrics_android": ("metrics", _metrics()),
        "model_info_digits": ("model_info", _info()),
        "bundle_index_android": (
            "bundle_index",
            bundle.make(_indexed(name, "model.tflite") for name in ("digits_int8", "digits_fp32")),
        ),
        "bundle_index_ios": (
            "bundle_index",
            bundle.make([_indexed("digits_coreml_int8", "digits_coreml_int8.mlpackage")]),
        ),
    }


def _indexed(name: str, model: str) -> bundle.Variant:
    return bundle.Variant(name, f"{name}/{model}", f"{name}/manifest.json", f"{name}/labels.txt")


def _compression() -> compressions.Compression:
    return compressions.Compression(
        schema_version=1,
        name="macs30",
        channels=compressions.Channels(
            criterion="gradient",
            share=None,
            budget=0.3,
            unit="macs",
            uneven=True,
            multiple=8,
            least=0.1,
            merge_redundant=True,
            keep_layers=("stem",),
            unknown_layers="keep",
            images=256,
        ),
        magnitude=compressions.Magnitude(0.5, "2:4", "polynomial", 0, 10, 0.5, ()),
        clustering=compressions.Clustering(32, ()),
        reestimate_batch_norm=True,
        training=compressions.Training(
            3, 32, 0.001, 0.1, 0.0001, 0.05, compressions.Distillation(0.9, 4.0), 7
        ),
        equalization=compressions.Equalization(True, False, 64),
        quantization=compressions.Quantization(0.5),
    )


def _metrics() -> metrics.Metrics:
    latency = metrics.Latency(4.2, 4.9, 0.3, 50, 5)
    record = metrics.Record(
        variant="digits_int8",
        recipe="int8",
        sha256="0" * 64,
        bytes=28416,
        zipped_bytes=21034,
        runtime=metrics.Runtime("litert", "2.3.0"),
        delegate="xnnpack",
        threads=1,
        load_ms=3.1,
        first_ms=6.0,
        latency=latency,
        base_memory_bytes=60 << 20,
        peak_memory_bytes=66 << 20,
        partitions=1,
        undelegated=(
            metrics.UndelegatedOp("CAST", "pixels", 0.1),
            metrics.UndelegatedOp("RELU", "x"),
        ),
    )
    machine = metrics.Machine(
        "android", "Cortex-A76", "arm_big", ("neon", "dotprod"), 8, 8 << 30, "Android 14"
    )
    return metrics.Metrics(1, machine, (record,))


def _info() -> model_info.ModelInfo:
    return model_info.ModelInfo(
        schema_version=1,
        name="digits",
        keras="2",
        sha256="1" * 64,
        bytes=102400,
        parameters=21340,
        input=model_info.Port("image", (0, 64, 64, 3)),
        output=model_info.Port("scores", (0, 20)),
        classes=20,
        preprocess=model_info.InfoPreprocess("RGB", (127.5,) * 3, (127.5,) * 3, _RESIZE),
        trained=True,
        compression=_COMPRESSION,
        activation_ranges=(model_info.ActivationRange("conv", "output", -1.0, 6.0),),
    )


_T, _C, _P = "manifest_tflite_int8", "manifest_tflite_camera_top_k", "manifest_mlpackage"
# Readers in apps, which read only the fields that they use, may accept these.
_APPS_MAY_ACCEPT = ("manifest_unknown_field", "manifest_unpaired_surrogate", "manifest_recipe")
# Name, valid example that it is made from, words of the message, path of the field, its value.
_INVALID: tuple[tuple[str, str, str, str, Any], ...] = (
    ("manifest_schema_1", _T, "schema_version 1 older again", "schema_version", 1),
    ("manifest_schema_2", _C, "schema_version 2 older again", "schema_version", 2),
    ("manifest_schema_4", _T, "schema_version 4", "schema_version", 4),
    ("manifest_mlpackage_schema_1", _P, "schema_version 1 older again", "schema_version", 1),
    ("manifest_unknown_format", _T, "format", "format", "onnx"),
    ("manifest_no_format", _T, "format", "format", _MISSING),
    ("manifest_unknown_field", _T, "entry", "entry", {}),
    ("manifest_missing_field", _T, "preprocess", "preprocess", _MISSING),
    ("manifest_missing_inner_field", _T, "count", "labels.count", _MISSING),
    ("manifest_wrong_type", _T, "count", "labels.count", "twenty"),
    ("manifest_wrong_inner_type", _T, "shape", "input.shape", "1x64x64x3"),
    ("manifest_zero_scale", _T, "output scale", "output.scale", 0),
    ("manifest_negative_scale", _T, "output scale", "output.scale", -0.5),
    ("manifest_scale_1e400", _T, "scale", "output.scale", _HUGE),
    ("manifest_unpaired_surrogate", _T, "name", "source.name", "digits\ud800"),
    ("manifest_labels_count", _T, "output 19", "labels.count", 19),
    ("manifest_no_labels", _T, "count", "labels.count", 0),
    ("manifest_model_path", _T, "file", "model.file", "../digits.tflite"),
    ("manifest_labels_path", _T, "file", "labels.file", "a/digits.labels.txt"),
    ("manifest_sha256", _T, "sha256", "model.sha256", "../" + "0" * 61),
    ("manifest_four_channels", _T, "input", "input.shape", [1, 64, 64, 4]),
    ("manifest_zero_std", _T, "std", "preprocess.std", [1.0, 0.0, 1.0]),
    ("manifest_two_means", _T, "mean", "preprocess.mean", [0.0, 0.0]),
    ("manifest_unknown_filter", _T, "filter", "preprocess.resize.filter", "lanczos"),
    ("manifest_unknown_fit", _T, "fit", "preprocess.resize.fit", "pad"),
    ("manifest_recipe", _T, "recipe calibration", "recipe.calibration", "none"),
    (
        "manifest_postprocess_alone",
        _T,
        "postprocess",
        "postprocess",
        {"steps": ["softmax"], "top_k": 0},
    ),
    ("manifest_camera_top_k_above_labels", _C, "top_k", "postprocess.top_k", 21),
    ("manifest_camera_top_k_not_output", _C, "output", "postprocess.top_k", 4),
    ("manifest_camera_steps", _C, "steps", "postprocess.steps", ["topk", "softmax"]),
    ("manifest_camera_no_indices", _C, "indices", "output.indices", None),
    ("manifest_camera_frame", _C, "input", "camera_input.height", 482),
    ("manifest_camera_size", _C, "model_input_size", "camera_input.model_input_size", [64, 0]),
    ("manifest_camera_rotation", _C, "rotation_degrees", "camera_input.rotation_degrees", 45),
    ("manifest_mlpackage_bias", _P, "bias", "preprocess.bias", [0.0]),
    ("manifest_mlpackage_no_label", _P, "label", "output.label", None),
    ("manifest_mlpackage_labels_count", _P, "output 19", "labels.count", 19),
    (
        "manifest_mlpackage_rotation",
        "manifest_mlpackage_camera",
        "rotation_degrees",
        "camera_input.rotation_degrees",
        90,
    ),
    ("manifest_mlpackage_frame", "manifest_mlpackage_camera", "input", "input.height", 64),
    ("recipe_unknown_weights", "recipe_int8", "weights int3", "weights", "int3"),
    ("recipe_calibration", "recipe_int8", "calibration", "calibration", "none"),
    (
        "recipe_tolerance",
        "recipe_int8",
        "tolerance.min_top1_agreement 1.5",
        "tolerance.min_top1_agreement",
        1.5,
    ),
    ("recipe_name", "recipe_int8", "name Int-8", "name", "Int-8"),
    ("coreml_recipe_sparsity", "coreml_recipe_int8", "sparsity", "sparsity", 1.0),
    ("coreml_recipe_palette_bits", "coreml_recipe_palette", "palette.bits 5", "palette.bits", 5),
    (
        "compression_share_and_budget",
        "compression_everything",
        "share budget",
        "channels.share",
        0.5,
    ),
    (
        "compression_clusters",
        "compression_everything",
        "clustering.clusters 257",
        "clustering.clusters",
        257,
    ),
    ("metrics_kind", "metrics_android", "machine.kind", "machine.kind", "toaster"),
    (
        "metrics_negative_latency",
        "metrics_android",
        "records[0].latency.median_ms",
        "records.0.latency.median_ms",
        -1.0,
    ),
    ("model_info_one_class", "model_info_digits", "classes", "classes", 1),
    (
        "model_info_zero_std",
        "model_info_digits",
        "preprocess.std",
        "preprocess.std",
        [1.0, 0.0, 1.0],
    ),
    ("bundle_index_schema_1", "bundle_index_android", "schema_version", "schema_version", 1),
    ("bundle_index_default", "bundle_index_android", "default", "default", "digits_int4"),
    ("bundle_index_no_variant", "bundle_index_android", "variants", "variants", []),
    ("bundle_index_path", "bundle_index_android", "labels", "variants.0.labels", "../labels.txt"),
    (
        "bundle_index_absolute_path",
        "bundle_index_android",
        "model",
        "variants.0.model",
        "/model.tflite",
    ),
    ("bundle_index_twice", "bundle_index_android", "digits_fp32", "variants.0.name", "digits_fp32"),
)
