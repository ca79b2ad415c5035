"""tflite_variant: one compressed form of a Keras model."""

load("//models:providers.bzl", "ImageSetInfo", "ModelInfo", "RecipeInfo", "VariantInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":compressed_model.bzl", "compressed_of")
load(":recipe.bzl", "recipe_of")
load(":runtimes.bzl", "RUNTIMES")
load(":shipped.bzl", "recipe_label", "split_recipe")
load(":tool.bzl", "program", "run_program")
load(":variant.bzl", "declare_variant", "variant_outputs", "variant_providers")

def _tflite_variant_impl(ctx):
    model = ctx.attr.model[ModelInfo]
    recipe = recipe_of(ctx, "tflite")
    if recipe.calibration and not ctx.attr.calibration:
        fail("{}: recipe {} needs representative images, `calibration` is not set".format(public_label(ctx.label), recipe.name))
    if ctx.attr.calibration and not recipe.calibration:
        fail("{}: recipe {} ignores representative images, remove `calibration` or choose a full-integer recipe".format(public_label(ctx.label), recipe.name))

    made = declare_variant(ctx, recipe.format, model.name)
    unlabelled = ctx.actions.declare_file(made.name + ".unlabelled.json")
    options = {
        "--info": model.info,
        "--model": model.model,
        "--recipe": recipe.json,
    }
    if ctx.attr.calibration:
        options["--calibration-images"] = ctx.attr.calibration[ImageSetInfo].images
    if ctx.file.custom_ops:
        options["--custom-ops"] = ctx.file.custom_ops
    run_program(
        ctx,
        tool = ctx.executable._convert,
        mnemonic = "TfliteConvert",
        progress_message = "Converting {} to {}".format(model.name, made.model.basename),
        options = options,
        outputs = variant_outputs(RUNTIMES[made.format], made, manifest = unlabelled),
    )

    # Apart, so that an edited name of a class converts nothing again.
    run_program(
        ctx,
        tool = ctx.executable._label_manifest,
        mnemonic = "LabelManifest",
        progress_message = "Naming the labels of {}".format(made.model.basename),
        options = {"--labels": model.labels, "--manifest": unlabelled},
        outputs = {"--out-manifest": made.manifest},
    )
    return variant_providers(
        ctx,
        made,
        model_info = model,
        recipe_name = recipe.name,
        conversion = dict(options, **{"--labels": model.labels}),
        calibration = ctx.attr.calibration[ImageSetInfo] if ctx.attr.calibration else None,
        custom_ops = ctx.file.custom_ops,
    )

_tflite_variant = rule(
    implementation = _tflite_variant_impl,
    attrs = dict(
        calibration = attr.label(providers = [ImageSetInfo], doc = "Representative images, for recipes that need them."),
        custom_ops = attr.label(allow_single_file = [".py"], doc = "Declares custom operators, each with a reference kernel."),
        model = attr.label(providers = [ModelInfo], mandatory = True, doc = "The keras_model."),
        recipe = attr.label(providers = [RecipeInfo], mandatory = True, doc = "The recipe target."),
        _convert = program("convert:convert_program"),
        _label_manifest = program("convert:label_manifest_program"),
    ),
    provides = [VariantInfo],
    doc = "One .tflite with its manifest; see the macro of the same name.",
)

def tflite_variant(
        name,
        model,
        recipe = None,
        calibration = None,
        compression = None,
        training = None,
        fine_tune = True,
        custom_ops = None,
        tags = [],
        **kwargs):
    """One TensorFlow Lite variant of a Keras model.

    Makes `<model>_<name>.tflite` and `<model>_<name>.manifest.json` (output groups `model`, `manifest`, `labels`).
    Variants with the same compression share one compressed_model, `<model>_<compression>`, and so one training.

    Args:
      name: target name, by default also the recipe's name.
      model: label of a keras_model.
      recipe: name of a shipped recipe (fp32, fp16, dynamic_int8, int8, int16x8), of a shipped compression (pruned50), of
        both (pruned50_int8), or label of a `recipe` target.
      calibration: label of an image_set with representative images, for recipes that need them.
      compression: label of your own `compression` target, or name of a shipped one, to go before the recipe.
      training: label of an image_set or image_stream, for compressions.
      fine_tune: False leaves a compression's training out.
      custom_ops: Python file that declares the operators that may stay in the graph as custom ones, each with a reference
        kernel on NumPy arrays, `KERNELS = {"Name": function(inputs, options)}`. The conversion and evaluations run them; an
        app brings its own kernels. For recipes that do not calibrate.
      tags: further tags. `recipe=<name>`, `compression=<name>` and `tflite_variant` are added, for
        `bazel query 'attr(tags, ...)'`.
      **kwargs: common attributes.
    """
    target = "//{}:{}".format(native.package_name(), name)
    recipe = recipe or name
    if not compression:
        compression, recipe = split_recipe(recipe)
    tags = tags + ["recipe=" + str(recipe).split(":")[-1], "tflite_variant"]
    if compression:
        model = compressed_of(target, model, compression, training, fine_tune, kwargs.get("visibility"))
        tags = tags + ["compression=" + str(compression).split(":")[-1]]
    _tflite_variant(
        name = name,
        model = model,
        recipe = recipe_label(target, recipe),
        calibration = calibration,
        custom_ops = custom_ops,
        tags = tags,
        **kwargs
    )
