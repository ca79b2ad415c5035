"""Reads Core ML recipes: the storage of a variant's weights and its compute precision."""

import dataclasses
import os
from typing import Annotated, Literal

from model_press.formats import files, strict_json
from model_press.formats.recipes import Tolerance
from model_press.formats.strict_json import Count, Positive, Range, RecipeName, Share


@dataclasses.dataclass(frozen=True)
class Palette:
    """Weights as indices into a table of values.

    bits: bits of an index: 1, 2, 3, 4, 6 or 8.
    mode: how the table's values are chosen, "uniform" between the extremes or by "kmeans".
    group_size: output channels that share a table; 0 for one table a tensor. Groups need iOS 18, and every compressed
      tensor's number of output channels must be a multiple.
    """

    bits: Literal[1, 2, 3, 4, 6, 8]
    mode: Literal["kmeans", "uniform"]
    group_size: Count


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
    name: RecipeName
    minimum_ios: Literal[16, 17, 18]
    compute: Literal["float16", "float32"]
    sparsity: Annotated[float, Range(at_least=0, below=1)]
    weights: Literal["dense", "int8", "palette"]
    palette: Palette | None
    min_elements: Positive
    min_coverage: Share
    tolerance: Tolerance

    @property
    def compresses(self) -> bool:
        """Whether weights are stored in another form than the compute type's."""
        return self.sparsity > 0 or self.weights != "dense"


def parse(data: object, where: str) -> CoremlRecipe:
    """Build a recipe from parsed JSON; UserError names the field and the allowed values."""
    recipe = strict_json.from_json(CoremlRecipe, data, where)
    check(recipe, where)
    return recipe


def read(path: str | os.PathLike[str]) -> CoremlRecipe:
    """Read a recipe file."""
    return parse(files.read_json(path, "recipe"), f"recipe {os.path.basename(path)}")


def check(recipe: CoremlRecipe, where: str) -> None:
    """Raise UserError for fields that contradict each other."""
    need = strict_json.checker(where)
    need(
        (recipe.palette is not None) == (recipe.weights == "palette"),
        f"weights '{recipe.weights}' with palette {recipe.palette}; a palette goes with weights 'palette'",
    )
    if recipe.palette is not None:
        palette = recipe.palette
        need(
            palette.group_size == 0 or recipe.minimum_ios >= 18,
            f"palette.group_size {palette.group_size} needs minimum_ios 18, got {recipe.minimum_ios}",
        )
    joint = recipe.sparsity > 0 and recipe.weights != "dense"
    need(
        not joint or recipe.minimum_ios >= 18,
        f"sparsity together with weights '{recipe.weights}' needs minimum_ios 18, got {recipe.minimum_ios}",
    )
    need(
        recipe.min_coverage > 0 if recipe.compresses else recipe.min_coverage == 0,
        f"min_coverage {recipe.min_coverage} must be above 0 and at most 1 where weights are compressed, else 0",
    )
