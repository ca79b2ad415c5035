"""Reads Core ML recipes: the storage of a variant's weights and its compute precision."""

import dataclasses
import os
from typing import Literal

from model_press.formats import files, strict_json
from model_press.formats.recipe_checks import check_name, check_tolerance
from model_press.formats.recipes import Tolerance

_PALETTE_BITS = (1, 2, 3, 4, 6, 8)


@dataclasses.dataclass(frozen=True)
class Palette:
    """Weights as indices into a table of values.

    bits: bits of an index: 1, 2, 3, 4, 6 or 8.
    mode: how the table's values are chosen, "uniform" between the extremes or by "kmeans".
    group_size: output channels that share a table; 0 for one table a tensor. Groups need iOS 18, and every compressed
      tensor's number of output channels must be a multiple.
    """

    bits: int
    mode: Literal["kmeans", "uniform"]
    group_size: int


@dataclasses.dataclass(frozen=True)
class CoremlRecipe:
    """One way to make a Core ML variant.

    minimum_ios: the oldest iOS that loads it.
    compute: element type of weights and activations.
    sparsity: share (0 to below 1) of a weight's elements of least magnitude that become zero and are not stored.
    weights: "dense" (in the compute type), "int8" (linear, symmetric, one scale an output channel) or "palette".
    palette: the table, for weights "palette" only, else null.
    min_elements: weights with fewer elements stay dense.
    min_coverage: smallest share of the elements of all convolution and dense weights that must be compressed; 0 where
      nothing is.
    tolerance: how far outputs may be from Keras'.
    """

    schema_version: Literal[1]
    name: str
    minimum_ios: Literal[16, 17, 18]
    compute: Literal["float16", "float32"]
    sparsity: float
    weights: Literal["dense", "int8", "palette"]
    palette: Palette | None
    min_elements: int
    min_coverage: float
    tolerance: Tolerance

    @property
    def compresses(self) -> bool:
        """Whether weights are stored in another form than the compute type's."""
        return self.sparsity > 0 or self.weights != "dense"


def parse(data: object, where: str) -> CoremlRecipe:
    """Build a recipe from parsed JSON; UserError names the field and the allowed values."""
    recipe = strict_json.from_json(CoremlRecipe, data, where)
    _check(recipe, where)
    return recipe


def read(path: str | os.PathLike[str]) -> CoremlRecipe:
    """Read a recipe file."""
    return parse(files.read_json(path, "recipe"), f"recipe {os.path.basename(path)}")


def _check(recipe: CoremlRecipe, where: str) -> None:
    need = strict_json.checker(where)
    check_name(recipe.name, where)
    need(0 <= recipe.sparsity < 1, f"sparsity {recipe.sparsity} must be at least 0 and below 1")
    need(
        (recipe.palette is not None) == (recipe.weights == "palette"),
        f"weights '{recipe.weights}' with palette {recipe.palette}; a palette goes with weights 'palette'",
    )
    if recipe.palette is not None:
        palette = recipe.palette
        need(
            palette.bits in _PALETTE_BITS,
            f"palette.bits {palette.bits} must be one of {', '.join(map(str, _PALETTE_BITS))}",
        )
        need(palette.group_size >= 0, f"palette.group_size {palette.group_size} is below 0")
        need(
            palette.group_size == 0 or recipe.minimum_ios >= 18,
            f"palette.group_size {palette.group_size} needs minimum_ios 18, got {recipe.minimum_ios}",
        )
    joint = recipe.sparsity > 0 and recipe.weights != "dense"
    need(
        not joint or recipe.minimum_ios >= 18,
        f"sparsity together with weights '{recipe.weights}' needs minimum_ios 18, got {recipe.minimum_ios}",
    )
    need(recipe.min_elements >= 1, f"min_elements {recipe.min_elements} is below 1")
    need(
        0 < recipe.min_coverage <= 1 if recipe.compresses else recipe.min_coverage == 0,
        f"min_coverage {recipe.min_coverage} must be above 0 and at most 1 where weights are compressed, else 0",
    )
    tolerance = recipe.tolerance
    check_tolerance(tolerance.min_top1_agreement, tolerance.max_mean_diff, where)
