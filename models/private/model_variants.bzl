"""model_variants: the whole matrix of variants in one line."""

load(":recipes.bzl", "RECIPES", "recipe_is_calibrated")
load(":tflite_variant.bzl", "tflite_variant")

def model_variants(name, model, calibration, recipes = RECIPES.keys(), **kwargs):
    """One tflite_variant a recipe, each named by its recipe, and a group of them all.

    Args:
      name: name of the group.
      model: label of a keras_model.
      calibration: label of an image_set with representative images; goes to the recipes that need it.
      recipes: names of shipped recipes; all of them by default.
      **kwargs: common attributes of every target.
    """
    for recipe in recipes:
        tflite_variant(
            name = recipe,
            model = model,
            calibration = calibration if recipe_is_calibrated(recipe) else None,
            **kwargs
        )
    native.filegroup(
        name = name,
        srcs = [":" + recipe for recipe in recipes],
        **kwargs
    )
