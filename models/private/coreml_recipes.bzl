"""Names of the Core ML recipes that model_press ships, so that a macro can tell a typing error from a label."""

load(":named.bzl", "name_error", "named_label")

# //models/tests:recipes_test compares it with the JSON files.
COREML_RECIPES = [
    "fp16",
    "fp32",
    "int8",
    "palette4",
    "palette6",
    "palette6_uniform",
    "palette8",
    "pruned50",
    "pruned50_int8",
    "pruned50_palette6",
    "pruned75",
]

def coreml_recipe_error(target, recipe):
    """What is wrong with a coreml_variant's recipe: one line, or None; see name_error."""
    return name_error(target, recipe, COREML_RECIPES, "coreml_recipe")

def coreml_recipe_label(target, recipe):
    """The label of a recipe that is given by name or by label; fails on an unknown name, naming the target."""
    return named_label(recipe, "//models/coreml_recipes", coreml_recipe_error(target, recipe))
