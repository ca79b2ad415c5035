"""recipe: how a variant is made, as data that Bazel can address."""

load("//models:providers.bzl", "RecipeInfo")
load("//tools/starlark:label.bzl", "public_label")

def _recipe_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.src])),
        RecipeInfo(name = ctx.label.name, format = "tflite", json = ctx.file.src, calibration = ctx.attr.calibration),
    ]

recipe = rule(
    implementation = _recipe_impl,
    attrs = {
        "calibration": attr.bool(doc = "Whether it needs representative images; must agree with the JSON's `calibration`."),
        "src": attr.label(allow_single_file = [".json"], mandatory = True, doc = "The recipe's JSON."),
    },
    provides = [RecipeInfo],
    doc = "One recipe. A new one is a JSON file and this target; no rule changes.",
)

def recipe_of(ctx, format):
    """Return the RecipeInfo of a variant's `recipe`; fail where it makes another format than `format`."""
    recipe = ctx.attr.recipe[RecipeInfo]
    if recipe.format != format:
        fail("{}: recipe {} makes {}, expected one that makes {}".format(
            public_label(ctx.label),
            recipe.name,
            recipe.format,
            format,
        ))
    return recipe
