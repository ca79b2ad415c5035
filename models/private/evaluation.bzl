"""evaluation: what a model or a variant answers on an image set, as a cached action."""

load("//models:providers.bzl", "CoremlVariantInfo", "EvaluationInfo", "FusedInfo", "ImageSetInfo", "ModelInfo", "VariantInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":tool.bzl", "COREML_EVALUATOR_ATTR", "LIGHT_TOOL_ATTR", "TOOL_ATTR", "run_tool", "tool_arguments")

def _predict(ctx, *, tool, command, mnemonic, progress_message, options, images, out):
    """Registers the action of one subject.

    Args:
      ctx: rule context.
      tool: the program.
      command: its subcommand.
      mnemonic: CamelCase mnemonic.
      progress_message: what Bazel prints.
      options: dict of option name, without dashes, to File or string.
      images: File: the images.
      out: File: the outputs.
    """
    arguments = tool_arguments(ctx, command)
    for option, value in options.items():
        arguments.add("--{}={}".format(option, value.path if type(value) == "File" else value))
    arguments.add("--images=" + images.path)
    arguments.add("--out=" + out.path)
    run_tool(
        ctx,
        tool = tool,
        mnemonic = mnemonic,
        progress_message = progress_message,
        arguments = arguments,
        inputs = [value for value in options.values() if type(value) == "File"] + [images],
        outputs = [out],
    )

def _predict_variant(ctx, variant, images, out):
    options = {
        "model": variant.model,
        "manifest": variant.manifest,
        "delegate": ctx.attr.delegate,
        # Bazel runs several at once: threads of one would wait busily for processors that the others have.
        "threads": "1",
    }
    if variant.custom_ops:
        options["custom-ops"] = variant.custom_ops
    _predict(
        ctx,
        tool = ctx.executable._light_tool,
        command = "predict",
        mnemonic = "TflitePredict",
        progress_message = "Running {} on {}".format(variant.name, images.basename),
        options = options,
        images = images,
        out = out,
    )

def _predict_coreml(ctx, variant, images, out):
    _predict(
        ctx,
        tool = ctx.executable._coreml_evaluator,
        command = "predict-coreml",
        mnemonic = "CoremlPredict",
        progress_message = "Evaluating {} on {}".format(variant.name, images.basename),
        options = {"package": variant.package, "manifest": variant.manifest},
        images = images,
        out = out,
    )

def _predict_keras(ctx, model, images, out):
    _predict(
        ctx,
        tool = ctx.executable._tool,
        command = "predict-keras",
        mnemonic = "KerasPredict",
        progress_message = "Running the Keras model {} on {}".format(model.name, images.basename),
        options = {"model": model.model, "info": model.info},
        images = images,
        out = out,
    )

def _evaluation_impl(ctx):
    subject = ctx.attr.subject
    image_set = ctx.attr.images[ImageSetInfo]
    out = ctx.actions.declare_file(ctx.label.name + ".outputs.npy")
    if FusedInfo in subject:
        fail("{}: {} has fused input and output, expected a plain variant; give {}, and compare both by a fused_parity_test".format(
            public_label(ctx.label),
            public_label(subject.label),
            subject[FusedInfo].plain.name,
        ))
    if VariantInfo in subject:
        name, manifest = subject[VariantInfo].name, subject[VariantInfo].manifest
        _predict_variant(ctx, subject[VariantInfo], image_set.images, out)
    elif CoremlVariantInfo in subject:
        name, manifest = subject[CoremlVariantInfo].name, subject[CoremlVariantInfo].manifest
        _predict_coreml(ctx, subject[CoremlVariantInfo], image_set.images, out)
    elif ModelInfo in subject:
        name, manifest = subject[ModelInfo].name, None
        _predict_keras(ctx, subject[ModelInfo], image_set.images, out)
    else:
        fail("{}: {} is neither a variant nor a keras_model".format(public_label(ctx.label), public_label(subject.label)))
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out])),
        EvaluationInfo(subject = name, manifest = manifest, image_set = image_set, outputs = out),
    ]

evaluation = rule(
    implementation = _evaluation_impl,
    attrs = dict(
        delegate = attr.string(
            default = "xnnpack",
            values = ["xnnpack", "none"],
            doc = "What runs a variant: XNNPACK as in the apps, or the built-in kernels alone, whose integer rounding differs.",
        ),
        images = attr.label(providers = [ImageSetInfo], mandatory = True, doc = "The image_set to run on."),
        subject = attr.label(mandatory = True, doc = "A variant (TFLite or Core ML) or a keras_model."),
        **dict(dict(TOOL_ATTR, **LIGHT_TOOL_ATTR), **COREML_EVALUATOR_ATTR)
    ),
    provides = [EvaluationInfo],
    doc = "Outputs of one variant or Keras model on an image set.",
)

def evaluation_of(subject, images):
    """The evaluation target of a subject on a set in this package, declared at its first use.

    Args:
      subject: label of a variant or keras_model.
      images: label of an image_set.

    Returns:
      The label of the evaluation target.
    """
    name = "{}_on_{}".format(_stem(subject), _stem(images))
    if not native.existing_rule(name):
        evaluation(name = name, subject = subject, images = images, tags = ["manual"])
    return ":" + name

def _stem(label):
    label = str(label)
    if label.startswith("//") and ":" not in label:
        # //a/b is short for //a/b:b.
        label += ":" + label.split("/")[-1]
    package, _, name = label.rpartition(":")
    return (package.strip("/").replace("/", "_") + "_" + name if package else name).strip("_")
