"""A valid manifest, and JSON, to change one thing in."""

import copy
import dataclasses
from typing import Any

from model_press.formats import manifest, recipes

UINT8_SCORES = manifest.Output("scores", (1, 20), "uint8", 1 / 256, 0)
FLOAT_SCORES = manifest.Output("scores", (1, 20), "float32", 0.0, 0)


def recipe(**changes: Any) -> recipes.Recipe:
    """Return the int8 recipe, with changes."""
    base = recipes.Recipe(
        schema_version=1,
        name="int8",
        weights="int8",
        activations="int8",
        input_type="uint8",
        output_type="uint8",
        preprocess="fused",
        per_channel_dense=False,
        calibration="required",
        mixed_precision=None,
        rewrites=(),
        tolerance=recipes.Tolerance(0.9, 0.1),
    )
    return dataclasses.replace(base, **changes)


def manifest_of(**changes: Any) -> manifest.TfliteManifest:
    """Return a fused uint8 20-class manifest, with changes."""
    base = manifest.TfliteManifest(
        schema_version=3,
        name="digits_int8",
        format=manifest.TFLITE,
        model=manifest.ModelFile("digits_int8.tflite", "0" * 64, 1),
        source=manifest.Source("digits", "1" * 64, "2", 100, True),
        recipe=recipe(),
        input=manifest.Tensor("image", (1, 8, 8, 3), "uint8", 1.0, 0),
        output=UINT8_SCORES,
        camera_input=None,
        postprocess=None,
        preprocess=manifest.Preprocess(
            "RGB", manifest.Resize("crop", "bilinear_antialias"), True, (0.0,) * 3, (1.0,) * 3
        ),
        labels=manifest.Labels("digits.labels.txt", 20, "2" * 64),
        activation_bytes=384,
        requires=manifest.TfliteRequires((manifest.OpUse("CONV_2D", 3, 2),), (), "2.6.0"),
    )
    return dataclasses.replace(base, **changes)


def changed(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return parsed JSON with other values at dotted paths, such as "labels.count"."""
    data = copy.deepcopy(data)
    for path, value in changes.items():
        *parts, last = path.split(".")
        inner = data
        for part in parts:
            inner = inner[part]
        inner[last] = value
    return data
