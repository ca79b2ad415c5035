"""Names of the compressions that model_press ships, and how they stand in a variant's name."""

load(":named.bzl", "name_error", "named_label")
load(":recipes.bzl", "is_recipe")

# //models/tests:recipes_test compares it with the JSON files in //models/compressions.
COMPRESSIONS = [
    "channels60",
    "channels70",
    "channels80",
    "clustered16",
    "cqat16",
    "equalized",
    "macs25",
    "macs30",
    "parameters30",
    "pcqat50_16",
    "pqat50",
    "pruned50",
    "pruned80",
    "pruned_2_4",
    "qat",
]

def split_recipe(recipe):
    """Takes a name such as pruned50_int8 apart.

    Args:
      recipe: name of a recipe, of a compression, or of both with an underscore between; or a label.

    Returns:
      (compression, recipe): names; the compression is None where there is none, the recipe of a compression alone is fp32.
    """
    if is_recipe(recipe):
        return None, recipe
    for compression in COMPRESSIONS:
        if recipe == compression:
            return compression, "fp32"
        if recipe.startswith(compression + "_") and is_recipe(recipe[len(compression) + 1:]):
            return compression, recipe[len(compression) + 1:]
    return None, recipe

def compression_error(target, compression):
    """What is wrong with a tflite_variant's compression: one line, or None; see name_error."""
    return name_error(target, compression, COMPRESSIONS, "compression", attribute = "compression")

def compression_label(target, compression):
    """The label of a compression that is given by name or by label; fails on an unknown name, naming the target."""
    return named_label(compression, "//models/compressions", compression_error(target, compression))
