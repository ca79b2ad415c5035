"""Names of the Core ML recipes that model_press ships, so that a macro can tell a typing error from a label."""

# //models/tests:coreml_recipes_test compares it with the JSON files.
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
    """What is wrong with a coreml_variant's recipe attribute.

    Args:
      target: label of the variant, for the message.
      recipe: name of a shipped recipe, or a label of the user's own.

    Returns:
      One line, or None where nothing is wrong.
    """
    if _is_label(recipe) or recipe in COREML_RECIPES:
        return None
    return "{}: recipe is \"{}\", expected one of {} or the label of your own `coreml_recipe` target".format(
        target,
        recipe,
        ", ".join(COREML_RECIPES),
    )

def coreml_recipe_label(target, recipe):
    """The label of a recipe that is given by name or by label.

    Args:
      target: label of the variant, for the error message.
      recipe: name of a shipped recipe, or a label of the user's own.

    Returns:
      A label string or Label. Fails on an unknown name.
    """
    error = coreml_recipe_error(target, recipe)
    if error:
        fail(error)
    return recipe if _is_label(recipe) else Label("//models/coreml_recipes:" + recipe)

def _is_label(recipe):
    return ":" in recipe or "/" in recipe
