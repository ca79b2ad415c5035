"""Compresses the weights of a converted model by a recipe, with coremltools' passes."""

import pathlib
import tempfile
from typing import Any

from model_press.coreml import kmeans, package, weights
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

    # Not coremltools' own k-means: it is as large as scikit-learn and differs from one processor to the next.
    def table(values):
        return kmeans.palette(values, palette.bits)

    return passes.OpPalettizerConfig(mode="custom", lut_function=table, **options)


def _program(model: Any) -> program.Program:
    """Return the model's program as the evaluator reads it: written out, since weights lie in files."""
    with tempfile.TemporaryDirectory() as folder:
        package.write(folder, model.get_spec(), pathlib.Path(model.weights_dir) / "weight.bin")
        return program.read(folder, program.read_spec(folder))
