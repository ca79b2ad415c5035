"""Names of the recipes that model_press ships, so that a macro can tell a typing error from a label."""

# Name -> whether the recipe needs representative images. //models/recipes:recipes_test compares it with the JSON files.
RECIPES = {
    "dynamic_int8": False,
    "fp16": False,
    "fp32": False,
    "int16x8": True,
    "int8": True,
}

def recipe_error(target, recipe):
    """What is wrong with a recipe attribute.

    Args:
      target: label of the variant, for the message.
      recipe: name of a shipped recipe, or a label of the user's own.

    Returns:
      One line, or None where nothing is wrong.
    """
    if _is_label(recipe) or recipe in RECIPES:
        return None
    return ("{}: recipe is \"{}\", expected one of {} (behind a compression, as in pruned50_int8, or alone) " +
            "or the label of your own `recipe` target").format(target, recipe, ", ".join(sorted(RECIPES)))

def recipe_label(target, recipe):
    """The label of a recipe that is given by name or by label.

    Args:
      target: label of the variant, for the error message.
      recipe: name of a shipped recipe, or a label of the user's own.

    Returns:
      A label string or Label. Fails on an unknown name.
    """
    error = recipe_error(target, recipe)
    if error:
        fail(error)
    return recipe if _is_label(recipe) else Label("//models/recipes:" + recipe)

def _is_label(recipe):
    return ":" in recipe or "/" in recipe

def recipe_is_calibrated(recipe):
    """Whether a shipped recipe needs representative images; a user's own recipe is asked later, by its provider."""
    return RECIPES.get(recipe, False)
