"""Names of the recipes that model_press ships, so that a macro can tell a typing error from a label."""

load(":named.bzl", "name_error", "named_label")

# Name -> whether the recipe needs representative images. //models/tests:recipes_test compares it with the JSON files.
RECIPES = {
    "dynamic_int8": False,
    "fp16": False,
    "fp32": False,
    "int16x8": True,
    "int8": True,
}

# Those that a team asks for by name: model_variants does not make them unasked, since no runtime delegates int4, and only
# pruned models have zeros to leave out.
FURTHER_RECIPES = {
    "int4": True,
    "sparse_fp32": False,
}

_ALL = dict(RECIPES, **FURTHER_RECIPES)

def is_recipe(name):
    """Whether a shipped recipe has this name."""
    return name in _ALL

def recipe_error(target, recipe):
    """What is wrong with a tflite_variant's recipe: one line, or None; see name_error."""
    return name_error(target, recipe, _ALL.keys(), "recipe", " (behind a compression, as in pruned50_int8, or alone)")

def recipe_label(target, recipe):
    """The label of a recipe that is given by name or by label; fails on an unknown name, naming the target."""
    return named_label(recipe, "//models/recipes", recipe_error(target, recipe))

def recipe_is_calibrated(recipe):
    """Whether a shipped recipe needs representative images; a user's own recipe is asked later, by its provider."""
    return _ALL.get(recipe, False)
