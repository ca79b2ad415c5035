"""coreml_variant: one Core ML form of a Keras model, converted and checked on any machine."""

load("//models:providers.bzl", "CoremlRecipeInfo", "CoremlVariantInfo", "ModelInfo")
load(":coreml_package.bzl", "add_package_outputs", "declare_package", "package_providers")
load(":coreml_recipes.bzl", "COREML_RECIPES", "coreml_recipe_label")
load(":tool.bzl", "COREML_TOOL_ATTR", "run_tool", "tool_arguments")

def _coreml_variant_impl(ctx):
    model = ctx.attr.model[ModelInfo]
    recipe = ctx.attr.recipe[CoremlRecipeInfo]
    made = declare_package(ctx, model.name)
    arguments = tool_arguments(ctx, "convert-coreml")
    arguments.add("--model=" + model.model.path)
    arguments.add("--info=" + model.info.path)
    arguments.add("--labels=" + model.labels.path)
    arguments.add("--recipe=" + recipe.json.path)
    add_package_outputs(arguments, made)
    run_tool(
        ctx,
        tool = ctx.executable._coreml_tool,
        mnemonic = "CoremlConvert",
        progress_message = "Converting {} to {}".format(model.name, made.package.basename),
        arguments = arguments,
        inputs = [model.model, model.info, model.labels, recipe.json],
        outputs = made.files,
    )
    default, groups = package_providers(ctx, made, model.labels)
    return [
        default,
        groups,
        CoremlVariantInfo(
            name = made.name,
            recipe_name = recipe.name,
            package = made.package,
            archive = made.archive,
            manifest = made.manifest,
            labels = model.labels,
            model_info = model,
        ),
    ]

_coreml_variant = rule(
    implementation = _coreml_variant_impl,
    attrs = dict(
        model = attr.label(providers = [ModelInfo], mandatory = True, doc = "The keras_model."),
        recipe = attr.label(providers = [CoremlRecipeInfo], mandatory = True, doc = "The recipe target."),
        **COREML_TOOL_ATTR
    ),
    provides = [CoremlVariantInfo],
    doc = "One .mlpackage with its manifest; see the macro of the same name.",
)

def coreml_variant(name, model, recipe, tags = [], **kwargs):
    """One Core ML variant of a Keras model.

    Makes the folder `<model>_<name>.mlpackage`, the same as `.mlpackage.zip`, and `<model>_<name>.manifest.json` (output
    groups `package`, `archive`, `manifest`, `labels`).

    Args:
      name: target name.
      model: label of a keras_model.
      recipe: name of a shipped recipe (models/coreml_recipes) or label of a `coreml_recipe` target.
      tags: further tags. `recipe=<name>` and `coreml_variant` are added, for `bazel query 'attr(tags, ...)'`.
      **kwargs: common attributes.
    """
    _coreml_variant(
        name = name,
        model = model,
        recipe = coreml_recipe_label("//{}:{}".format(native.package_name(), name), recipe),
        tags = tags + ["recipe=" + str(recipe).split(":")[-1], "coreml_variant"],
        **kwargs
    )

def coreml_variants(name, model, recipes = COREML_RECIPES, full = [], **kwargs):
    """One coreml_variant a recipe, each named `coreml_<recipe>`, and a group of them all.

    Args:
      name: name of the group.
      model: label of a keras_model.
      recipes: names of shipped recipes; all of them by default.
      full: those of the recipes that only `bazel test --config=full` and an explicit target build.
      **kwargs: common attributes of every target.
    """
    for recipe in recipes:
        coreml_variant(
            name = "coreml_" + recipe,
            model = model,
            recipe = recipe,
            tags = ["manual"] if recipe in full else [],
            **kwargs
        )
    native.filegroup(
        name = name,
        srcs = [":coreml_" + recipe for recipe in recipes],
        tags = ["manual"] if full else [],
        **kwargs
    )
