"""recipe: how a variant is made, as data that Bazel can address."""

load("//models:providers.bzl", "RecipeInfo")

def _recipe_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.src])),
        RecipeInfo(name = ctx.label.name, json = ctx.file.src, calibration = ctx.attr.calibration),
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
