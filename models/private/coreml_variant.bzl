"""coreml_variant: one Core ML form of a Keras model, converted and checked on any machine."""

load("//models:providers.bzl", "ModelInfo", "RecipeInfo", "VariantInfo")
load(":recipe.bzl", "recipe_of")
load(":runtimes.bzl", "RUNTIMES")
load(":shipped.bzl", "coreml_recipe_label")
load(":tool.bzl", "program", "run_program")
load(":variant.bzl", "declare_variant", "variant_outputs", "variant_providers")

def _coreml_variant_impl(ctx):
    model = ctx.attr.model[ModelInfo]
    recipe = recipe_of(ctx, "mlpackage")
    made = declare_variant(ctx, recipe.format, model.name)
    options = {
        "--info": model.info,
        "--labels": model.labels,
        "--model": model.model,
        "--recipe": recipe.json,
    }
    run_program(
        ctx,
        tool = ctx.executable._program,
        mnemonic = "CoremlConvert",
        progress_message = "Converting {} to {}".format(model.name, made.model.basename),
        options = options,
        outputs = variant_outputs(RUNTIMES[made.format], made),
        env = RUNTIMES[made.format].env,
    )
    return variant_providers(ctx, made, model_info = model, recipe_name = recipe.name, conversion = options)

_coreml_variant = rule(
    implementation = _coreml_variant_impl,
    attrs = dict(
        model = attr.label(providers = [ModelInfo], mandatory = True, doc = "The keras_model."),
        recipe = attr.label(providers = [RecipeInfo], mandatory = True, doc = "The recipe target."),
        _program = program("coreml:convert_program"),
    ),
    provides = [VariantInfo],
    doc = "One .mlpackage with its manifest; see the macro of the same name.",
)

def coreml_variant(name, model, recipe, tags = [], **kwargs):
    """One Core ML variant of a Keras model.

    Makes the folder `<model>_<name>.mlpackage`, the same as `.mlpackage.zip`, and `<model>_<name>.manifest.json` (output
    groups `model`, `archive`, `manifest`, `labels`).

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
