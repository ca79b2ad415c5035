"""Compresses the weights of a converted model by a recipe, with coremltools' passes.

A palette's table is the exact optimum of k-means on the real line, the same on every processor. coremltools carries a
solver of the one-dimensional problem (kmeans1d: dynamic programming, O(values * clusters)), but uses it for large
float16 tensors only and scikit-learn's, which is a heuristic, for the rest.
"""

import pathlib
import tempfile
from typing import Any

import numpy as np

from model_press.coreml import package, weights
from model_press.coreml.evaluator import program
from model_press.coreml.protos import quiet
from model_press.formats.coreml_recipes import CoremlRecipe, Palette


def compress(model: Any, recipe: CoremlRecipe) -> Any:
    """Return the coremltools model with its weights stored as the recipe says.

    Raises:
      UserError: a group size that leaves out more weights than the recipe allows.
    """
    if not recipe.compresses:
        return model
    found = weights.of(_program(model))
    ungrouped = weights.left_out(found, recipe)
    with quiet():
        import coremltools.optimize.coreml as passes

        joint = False
        if recipe.sparsity:
            config = passes.OpMagnitudePrunerConfig(
                target_sparsity=recipe.sparsity, weight_threshold=recipe.min_elements
            )
            model = passes.prune_weights(model, _all_but(passes, config, _unpruned(found)))
            joint = recipe.weights != "dense"
        if recipe.weights == "int8":
            config = passes.OpLinearQuantizerConfig(
                mode="linear_symmetric",
                dtype="int8",
                granularity="per_channel",
                weight_threshold=recipe.min_elements,
            )
            model = passes.linear_quantize_weights(
                model, _all_but(passes, config, []), joint_compression=joint
            )
        if recipe.palette:
            config = _palettizer(passes, recipe.palette, recipe.min_elements)
            model = passes.palettize_weights(
                model, _all_but(passes, config, ungrouped), joint_compression=joint
            )
    return model


def _unpruned(found: list[weights.Weight]) -> list[weights.Weight]:
    """Return the depthwise filters, which pruning skips as TensorFlow's toolkit does: few weights, much of the loss."""
    return [weight for weight in found if weight.depthwise]


def _all_but(passes: Any, config: Any, kept: list[weights.Weight]) -> Any:
    return passes.OptimizationConfig(
        global_config=config, op_name_configs={weight.constant: None for weight in kept}
    )


def _palettizer(passes: Any, palette: Palette, min_elements: int) -> Any:
    options = {"weight_threshold": min_elements}
    if palette.group_size:
        options |= {"granularity": "per_grouped_channel", "group_size": palette.group_size}
    if palette.mode == "uniform":
        return passes.OpPalettizerConfig(mode="uniform", nbits=palette.bits, **options)

    def table(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return palette_of(values, palette.bits)

    return passes.OpPalettizerConfig(mode="custom", lut_function=table, **options)


def palette_of(values: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Cluster values so that the mean square error is the least possible.

    Args:
      values: floats of any shape. float32 is clustered as float16, which is what bounds the number of distinct values.
      bits: bits of an index.

    Returns:
      (table [2^bits] in the values' dtype, sorted, its last value repeated where fewer values are distinct;
      uint8 indices, flat).
    """
    with quiet():
        from coremltools._deps import _kmeans1d
    distinct, inverse, counts = np.unique(
        values.ravel().astype(np.float16), return_inverse=True, return_counts=True
    )
    size = 1 << bits
    clusters = min(size, len(distinct))
    found = _kmeans1d.cluster(distinct.tolist(), clusters, weights=counts.tolist())
    table = np.empty(size, values.dtype)
    table[:clusters] = found.centroids
    table[clusters:] = found.centroids[-1]
    return table, np.asarray(found.clusters, np.uint8)[inverse.ravel()]


def _program(model: Any) -> program.Program:
    """Return the model's program as the evaluator reads it: written out, since weights lie in files."""
    with tempfile.TemporaryDirectory() as folder:
        package.write(folder, model.get_spec(), pathlib.Path(model.weights_dir) / "weight.bin")
        return program.read(folder, program.read_spec(folder))
