"""evaluation: what a model or a variant answers on an image set, as a cached action."""

load("//models:providers.bzl", "EvaluationInfo", "ImageSetInfo", "ModelInfo", "VariantInfo")
load("//models:variants.bzl", "variant_of")
load("//tools/starlark:label.bzl", "public_label")
load(":runtimes.bzl", "PREDICT_TOOLS", "RUNTIMES")
load(":tool.bzl", "program", "run_program")

def _subject(ctx):
    """Return what runs the subject: struct of name, manifest, tool, mnemonic, env and options (dict to File or string)."""
    subject = ctx.attr.subject
    if VariantInfo in subject:
        variant = variant_of(ctx.label, subject, format = None, camera_input = False)
        runtime = RUNTIMES[variant.format]
        return struct(
            name = variant.name,
            manifest = variant.manifest,
            tool = runtime.predict_tool,
            mnemonic = runtime.predict_mnemonic,
            env = runtime.env,
            options = dict(
                {"--" + runtime.model_option: variant.model, "--manifest": variant.manifest},
                **runtime.predict_options(ctx, variant)
            ),
        )
    if ModelInfo in subject:
        model = subject[ModelInfo]
        return struct(
            name = model.name,
            manifest = None,
            tool = "_predict_keras",
            mnemonic = "KerasPredict",
            env = {},
            options = {"--info": model.info, "--model": model.model},
        )
    return fail("{}: {} is neither a variant nor a keras_model".format(public_label(ctx.label), public_label(subject.label)))

def _evaluation_impl(ctx):
    subject = _subject(ctx)
    image_set = ctx.attr.images[ImageSetInfo]
    out = ctx.actions.declare_file(ctx.label.name + ".outputs.npy")
    run_program(
        ctx,
        tool = getattr(ctx.executable, subject.tool),
        mnemonic = subject.mnemonic,
        progress_message = "Running {} on {}".format(subject.name, image_set.images.basename),
        options = dict(subject.options, **{"--images": image_set.images}),
        outputs = {"--out": out},
        env = subject.env,
    )
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out])),
        EvaluationInfo(subject = subject.name, manifest = subject.manifest, image_set = image_set, outputs = out),
    ]

evaluation = rule(
    implementation = _evaluation_impl,
    attrs = dict(
        delegate = attr.string(
            default = "xnnpack",
            values = ["xnnpack", "none"],
            doc = "What runs a tflite variant: XNNPACK as in the apps, or the built-in kernels alone, whose integer rounding differs.",
        ),
        images = attr.label(providers = [ImageSetInfo], mandatory = True, doc = "The image_set to run on."),
        subject = attr.label(mandatory = True, doc = "A variant of any format, but no camera_variant, or a keras_model."),
        _predict_keras = program("keras_io:predict_program"),
        **PREDICT_TOOLS
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
