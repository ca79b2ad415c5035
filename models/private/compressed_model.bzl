"""compressed_model: a smaller Keras model made from another, as a cached action that its variants share."""

load("//models:providers.bzl", "CompressionInfo", "ImageSetInfo", "ImageStreamInfo", "ModelInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":shipped.bzl", "compression_label")
load(":tool.bzl", "program", "run_program")

def training_images(ctx):
    """Return where the images of the attribute `training` come from.

    Args:
      ctx: rule context.

    Returns:
      struct of options (dict to File, string or list), generator (FilesToRunProvider or None) and data (list of Files that the
      generator reads).
    """
    target = ctx.attr.training
    if not target:
        return struct(options = {}, generator = None, data = [])
    if ImageSetInfo in target:
        images = target[ImageSetInfo]
        options = {"--training-images": images.images, "--training-classes": images.classes}
        return struct(options = options, generator = None, data = [])
    if ImageStreamInfo not in target:
        fail("{}: `training` is {}, expected an image_set or an image_stream".format(public_label(ctx.label), public_label(target.label)))
    stream = target[ImageStreamInfo]
    options = {"--generator": stream.generator.executable, "--generator-arg": stream.arguments}
    return struct(options = options, generator = stream.generator, data = stream.data.to_list())

def _compressed_model_impl(ctx):
    original = ctx.attr.model[ModelInfo]
    compression = ctx.attr.compression[CompressionInfo]
    if original.compression:
        fail("{}: {} is compressed already (by {}); put both steps into one compression".format(
            public_label(ctx.label),
            public_label(ctx.attr.model.label),
            original.compression,
        ))
    model = ctx.actions.declare_file(ctx.label.name + ".model")
    info = ctx.actions.declare_file(ctx.label.name + ".model.json")
    report = ctx.actions.declare_file(ctx.label.name + ".compression.json")

    training = training_images(ctx)
    options = {"--compression": compression.json, "--info": original.info, "--model": original.model}
    run_program(
        ctx,
        tool = ctx.executable._compress,
        mnemonic = "KerasCompress",
        progress_message = "Compressing {} by {}".format(original.name, compression.name),
        options = dict(options, **training.options),
        flags = [] if ctx.attr.fine_tune else ["--no-fine-tuning"],
        outputs = {"--out-info": info, "--out-model": model, "--out-report": report},
        inputs = training.data,
        tools = [training.generator] if training.generator else [],
        worker = False,
    )
    return [
        DefaultInfo(files = depset([model, info, report])),
        OutputGroupInfo(info = depset([info]), model = depset([model]), report = depset([report])),
        ModelInfo(
            name = original.name,
            model = model,
            info = info,
            labels = original.labels,
            compression = compression.name,
            origin = original,
        ),
    ]

compressed_model = rule(
    implementation = _compressed_model_impl,
    attrs = {
        "compression": attr.label(providers = [CompressionInfo], mandatory = True, doc = "The compression target."),
        "fine_tune": attr.bool(default = True, doc = "False leaves the compression's training out."),
        "model": attr.label(providers = [ModelInfo], mandatory = True, doc = "The keras_model."),
        "training": attr.label(
            doc = "An image_set or image_stream: what channels are ranked on, batch normalisation's statistics are taken of, " +
                  "and training uses. Never one that an accuracy_test measures on.",
        ),
        "_compress": program("compress:compress_program"),
    },
    provides = [ModelInfo],
    doc = "A Keras model with fewer channels or with zeros in its kernels, fine-tuned; as good as a keras_model everywhere. " +
          "Output group `report` says layer by layer what has gone.",
)

def compressed_of(target, model, compression, training, fine_tune, visibility = None):
    """The compressed_model target of a model and a compression in this package, declared at its first use.

    Args:
      target: label of the variant that asks for it, for messages.
      model: label of a keras_model.
      compression: name of a shipped compression, or label of a `compression` target.
      training: label of an image_set or image_stream.
      fine_tune: whether the compression's training is done.
      visibility: as usual.

    Returns:
      The label of the compressed_model target, `:<model>_<compression>`, with `_untuned` behind it without training.
    """
    name = "{}_{}".format(_stem(model), _stem(compression)) + ("" if fine_tune else "_untuned")
    if not native.existing_rule(name):
        compressed_model(
            name = name,
            model = model,
            compression = compression_label(target, compression),
            training = training,
            fine_tune = fine_tune,
            visibility = visibility,
            tags = ["manual"],
        )
    return ":" + name

def _stem(label):
    return str(label).rpartition(":")[2].rpartition("/")[2]
