"""model_variants: the whole matrix of variants in one line."""

load(":shipped.bzl", "RECIPES", "recipe_is_calibrated", "split_recipe")
load(":tflite_variant.bzl", "tflite_variant")

def model_variants(
        name,
        model,
        calibration,
        recipes = RECIPES.keys(),
        training = None,
        fine_tune = True,
        **kwargs):
    """One tflite_variant a recipe, each named by its recipe, and a group of them all.

    Args:
      name: name of the group.
      model: label of a keras_model.
      calibration: label of an image_set with representative images; goes to the recipes that need it.
      recipes: names of shipped recipes, with or without a compression in front (pruned50_int8); by default all recipes.
      training: label of an image_set or image_stream; goes to the compressions.
      fine_tune: False leaves the compressions' training out.
      **kwargs: common attributes of every target.
    """
    for recipe in recipes:
        _, conversion = split_recipe(recipe)
        tflite_variant(
            name = recipe,
            model = model,
            calibration = calibration if recipe_is_calibrated(conversion) else None,
            training = training,
            fine_tune = fine_tune,
            **kwargs
        )
    native.filegroup(
        name = name,
        srcs = [":" + recipe for recipe in recipes],
        **kwargs
    )
