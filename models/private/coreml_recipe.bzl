"""coreml_recipe: how a Core ML variant is made, as data that Bazel can address."""

load("//models:providers.bzl", "RecipeInfo")

def _coreml_recipe_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.src])),
        RecipeInfo(name = ctx.label.name, format = "mlpackage", json = ctx.file.src, calibration = False),
    ]

coreml_recipe = rule(
    implementation = _coreml_recipe_impl,
    attrs = {
        "src": attr.label(allow_single_file = [".json"], mandatory = True, doc = "The recipe's JSON (fields in python/model_press/formats/coreml_recipes.py)."),
    },
    provides = [RecipeInfo],
    doc = "One Core ML recipe. A new one is a JSON file and this target; no rule changes.",
)
