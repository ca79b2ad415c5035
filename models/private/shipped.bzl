"""The recipes and compressions that model_press ships, by name. Macros take these names, or labels of a team's own."""

# Each list names the JSON files of one folder, which `shipped` checks. Recipes: name -> whether it needs calibration images.
RECIPES = {
    "dynamic_int8": False,
    "fp16": False,
    "fp32": False,
    "int16x8": True,
    "int8": True,
}

# Made only where a team asks for them: no runtime delegates int4, and only pruned models have zeros to leave out.
FURTHER_RECIPES = {
    "int4": True,
    "sparse_fp32": False,
}

ALL_RECIPES = dict(RECIPES, **FURTHER_RECIPES)

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

def shipped(rule, names, **attributes):
    """Declare a target for each JSON file of the folder, so that an edit of one re-runs its own step alone.

    Args:
      rule: recipe, coreml_recipe or compression.
      names: the list of this file for the folder. The package does not load where files and names differ.
      **attributes: further attributes of the rule, each a dict of name to value.
    """
    files = native.glob(["*.json"])
    found = [file[:-len(".json")] for file in files]
    if sorted(found) != sorted(names):
        fail("//{}: the JSON files are {}, models/private/shipped.bzl names {}; expected the same, edit one of them".format(
            native.package_name(),
            ", ".join(sorted(found)),
            ", ".join(sorted(names)),
        ))
    for name in sorted(names):
        further = {attribute: values[name] for attribute, values in attributes.items()}
        rule(name = name, src = name + ".json", **further)
    native.filegroup(name = "json_files", srcs = files)

def split_recipe(recipe):
    """Take a name such as pruned50_int8 apart.

    Args:
      recipe: name of a recipe, of a compression, or of both with an underscore between; or a label.

    Returns:
      (compression, recipe): names; the compression is None where there is none, the recipe of a compression alone is fp32.
    """
    if recipe in ALL_RECIPES:
        return None, recipe
    for compression in COMPRESSIONS:
        if recipe == compression:
            return compression, "fp32"
        if recipe.startswith(compression + "_") and recipe[len(compression) + 1:] in ALL_RECIPES:
            return compression, recipe[len(compression) + 1:]
    return None, recipe

def recipe_is_calibrated(recipe):
    """Return whether a shipped recipe needs calibration images; a team's own recipe says so by its provider."""
    return ALL_RECIPES.get(recipe, False)

def _is_label(given):
    return ":" in given or "/" in given

def _error(target, given, names, rule, hint = "", attribute = "recipe"):
    """Return what is wrong with a recipe or compression given by name or label: one line, or None."""
    if _is_label(given) or given in names:
        return None
    return "{}: {} is \"{}\", expected one of {}{} or the label of your own `{}` target".format(
        target,
        attribute,
        given,
        ", ".join(sorted(names)),
        hint,
        rule,
    )

def _label(given, package, error):
    if error:
        fail(error)
    return given if _is_label(given) else Label("{}:{}".format(package, given))

def recipe_error(target, recipe):
    """Return what is wrong with a tflite_variant's recipe: one line that begins with the target, or None."""
    return _error(target, recipe, ALL_RECIPES.keys(), "recipe", " (behind a compression, as in pruned50_int8, or alone)")

def recipe_label(target, recipe):
    """Return the label of a recipe that is given by name or by label; fail on an unknown name, naming the target."""
    return _label(recipe, "//models/recipes", recipe_error(target, recipe))

def coreml_recipe_error(target, recipe):
    """Return what is wrong with a coreml_variant's recipe; see recipe_error."""
    return _error(target, recipe, COREML_RECIPES, "coreml_recipe")

def coreml_recipe_label(target, recipe):
    """Return the label of a Core ML recipe; see recipe_label."""
    return _label(recipe, "//models/coreml_recipes", coreml_recipe_error(target, recipe))

def compression_error(target, compression):
    """Return what is wrong with a tflite_variant's compression; see recipe_error."""
    return _error(target, compression, COMPRESSIONS, "compression", attribute = "compression")

def compression_label(target, compression):
    """Return the label of a compression; see recipe_label."""
    return _label(compression, "//models/compressions", compression_error(target, compression))
