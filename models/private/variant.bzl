"""The files and providers of a variant, for every rule that makes one."""

load("//models:providers.bzl", "VariantInfo")

def declare_variant(ctx, format, model_name):
    """Declare the files of a variant, all named `<model>_<target>`.

    Args:
      ctx: rule context.
      format: string: "tflite" or "mlpackage".
      model_name: string: the Keras model's name.

    Returns:
      struct of name, format, model, archive (None for tflite), manifest, and files: a list of those that exist.
    """
    name = "{}_{}".format(model_name, ctx.label.name)
    archive = None
    if format == "mlpackage":
        model = ctx.actions.declare_directory(name + ".mlpackage")
        archive = ctx.actions.declare_file(name + ".mlpackage.zip")
    else:
        model = ctx.actions.declare_file("{}.{}".format(name, format))
    manifest = ctx.actions.declare_file(name + ".manifest.json")
    return struct(
        name = name,
        format = format,
        model = model,
        archive = archive,
        manifest = manifest,
        files = [file for file in [model, archive, manifest] if file],
    )

def variant_outputs(runtime, made, manifest = None):
    """Return the options that name a variant's files, as a dict of option to File.

    Args:
      runtime: entry of RUNTIMES.
      made: from declare_variant().
      manifest: File for the manifest, where another action finishes it.
    """
    archive = {"--out-zip": made.archive} if made.archive else {}
    return dict({"--out-" + runtime.model_option: made.model, "--out-manifest": manifest or made.manifest}, **archive)

def variant_providers(ctx, made, *, model_info, recipe_name, conversion, calibration = None, custom_ops = None, plain = None):
    """Return the providers of a variant.

    Args:
      ctx: rule context.
      made: from declare_variant().
      model_info: ModelInfo of the Keras model.
      recipe_name: string.
      conversion: dict of option to File.
      calibration: ImageSetInfo or None.
      custom_ops: File or None.
      plain: VariantInfo of the variant that a camera_variant was made from.

    Returns:
      list of DefaultInfo, OutputGroupInfo and VariantInfo.
    """
    labels = model_info.labels
    return [
        DefaultInfo(
            files = depset(made.files),
            runfiles = ctx.runfiles(files = [made.model, made.manifest, labels]),
        ),
        OutputGroupInfo(
            archive = depset([made.archive] if made.archive else []),
            labels = depset([labels]),
            manifest = depset([made.manifest]),
            model = depset([made.model]),
        ),
        VariantInfo(
            name = made.name,
            format = made.format,
            model = made.model,
            archive = made.archive,
            manifest = made.manifest,
            labels = labels,
            camera_input = bool(plain),
            plain = plain,
            recipe_name = recipe_name,
            model_info = model_info,
            conversion = conversion,
            calibration = calibration,
            custom_ops = custom_ops,
        ),
    ]
