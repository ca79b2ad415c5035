"""Reads recipes: the storage of a variant's weights and activations."""

import dataclasses
import os
from typing import Annotated, Literal

from model_press.formats import files, strict_json
from model_press.formats.strict_json import Range, RecipeName, Share

Rewrite = Literal[
    "concatenation",
    "dense_scales",
    "dequantized_ops",
    "gelu",
    "math",
    "nearest",
    "pooling",
    "relu",
    "wide_depthwise",
]
Difference = Annotated[float, Range(above=0)]
# The rewrites that float and dynamic-range graphs have a use for; the others are for int8 operators.
_FLOAT_REWRITES = ("dense_scales", "gelu", "math", "nearest")


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """How far a variant's outputs may be from Keras' on the golden images.

    min_top1_agreement: smallest share (0 to 1) of images with the same top-1 class.
    max_mean_diff: largest allowed mean, over the images, of an image's largest absolute difference in any
      output, in the output's unit (probability). The one worst image says little: a picture between two
      classes swings with any rounding.
    """

    min_top1_agreement: Share
    max_mean_diff: Difference


@dataclasses.dataclass(frozen=True)
class MixedPrecision:
    """Which error an int8 graph may have; layers beyond it stay float, see convert.mixed_precision.

    max_mean_diff: as Tolerance's, against the same model in float, on up to 32 calibration images.
    """

    max_mean_diff: Difference


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One way to convert a model.

    weights: how weights are stored in the file. int4: those of convolutions, the rest int8. sparse_float32: without
      their zeros, for pruned models.
    activations: what is computed with; int8 and int16 need calibration images.
    input_type, output_type: element types of the model's input and output tensors.
    preprocess: "fused" (raw 0..255 RGB pixels go in) or "external" (the app applies mean and std).
    per_channel_dense: per-channel scales for dense layers; needs a runtime of 2.17 or newer in
      a dynamic-range variant (FULLY_CONNECTED version 12).
    calibration: whether representative images must be given; giving unused ones is an error.
    mixed_precision: the bound up to which layers of an int8 graph are left in float, or null for none.
    rewrites: which operators are replaced by ones that the runtime has, or that its delegate runs, see
      model_press.rewrites; dense_scales, gelu, math and nearest also apply to float graphs.
    """

    schema_version: Literal[1]
    name: RecipeName
    weights: Literal["float32", "float16", "int8", "int4", "sparse_float32"]
    activations: Literal["float32", "int8", "int16"]
    input_type: Literal["float32", "uint8", "int8"]
    output_type: Literal["float32", "uint8", "int8"]
    preprocess: Literal["fused", "external"]
    per_channel_dense: bool
    calibration: Literal["required", "none"]
    mixed_precision: MixedPrecision | None
    rewrites: tuple[Rewrite, ...]
    tolerance: Tolerance

    @property
    def quantized_activations(self) -> bool:
        return self.activations != "float32"


def parse(data: object, where: str) -> Recipe:
    """Build a Recipe from parsed JSON; UserError names the field and the allowed values."""
    recipe = strict_json.from_json(Recipe, data, where)
    check(recipe, where)
    return recipe


def read(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe file."""
    return parse(files.read_json(path, "recipe"), f"recipe {os.path.basename(path)}")


def check(recipe: Recipe, where: str) -> None:
    """Raise UserError for fields that contradict each other."""
    need = strict_json.checker(where)
    need(
        (recipe.calibration == "required") == recipe.quantized_activations,
        f"activations '{recipe.activations}' go with calibration "
        f"'{'required' if recipe.quantized_activations else 'none'}', got '{recipe.calibration}'",
    )
    if recipe.quantized_activations:
        need(
            recipe.weights in ("int8", "int4"),
            f"{recipe.activations} activations need int8 weights, got '{recipe.weights}'",
        )
    need(
        recipe.weights != "int4" or recipe.activations == "int8",
        f"weights 'int4' with {recipe.activations} activations: TensorFlow Lite 2.16.1 answers wrongly without a word; "
        "use int8 activations",
    )
    if recipe.activations != "int8":
        # The converter offers integer inputs and outputs only where the graph computes in int8.
        need(
            recipe.output_type == "float32",
            f"output_type '{recipe.output_type}' needs int8 activations; use 'float32'",
        )
    if recipe.activations == "int16" or (
        recipe.activations == "float32" and recipe.preprocess == "external"
    ):
        need(
            recipe.input_type == "float32",
            f"input_type '{recipe.input_type}' does not go with {recipe.activations} activations "
            f"and preprocess '{recipe.preprocess}'; use 'float32'",
        )
    if recipe.activations == "float32":
        need(recipe.input_type != "int8", "input_type 'int8' needs int8 activations; use 'uint8'")
    if recipe.mixed_precision is not None:
        need(
            recipe.activations == "int8",
            f"mixed_precision is for int8 activations, got '{recipe.activations}'; use null",
        )
    if recipe.activations != "int8":
        quantised = [name for name in recipe.rewrites if name not in _FLOAT_REWRITES]
        need(
            not quantised,
            f"rewrites {', '.join(quantised)} are for int8 activations, got '{recipe.activations}'; "
            f"use [] or some of {', '.join(_FLOAT_REWRITES)}",
        )
    twice = sorted({name for name in recipe.rewrites if recipe.rewrites.count(name) > 1})
    need(not twice, f"rewrites names {', '.join(twice)} twice; name each once")
