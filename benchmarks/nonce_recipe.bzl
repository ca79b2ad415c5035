"""A recipe that no cache has seen: the same JSON with other white space."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//models:providers.bzl", "RecipeInfo")

def _nonce_recipe_impl(ctx):
    recipe = ctx.attr.src[RecipeInfo]
    nonce = ctx.attr._nonce[BuildSettingInfo].value
    space = "".join([" " * int(digit) + "\t" for digit in nonce.elems()])
    out = ctx.actions.declare_file(ctx.label.name + ".json")

    # The name keeps two conversions by one recipe apart, too.
    ctx.actions.expand_template(
        template = recipe.json,
        output = out,
        substitutions = {'"schema_version":': '"schema_version":' + space + " " * len(ctx.label.name)},
    )
    return [
        DefaultInfo(files = depset([out])),
        RecipeInfo(name = recipe.name, format = recipe.format, json = out, calibration = recipe.calibration),
    ]

nonce_recipe = rule(
    implementation = _nonce_recipe_impl,
    attrs = {
        "src": attr.label(providers = [RecipeInfo], mandatory = True),
        "_nonce": attr.label(default = Label("//benchmarks:nonce")),
    },
    provides = [RecipeInfo],
    doc = "A copy of a recipe that differs in white space by --//benchmarks:nonce=DIGITS.",
)
