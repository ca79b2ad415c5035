"""coreml_fused_variant: a Core ML package that takes a camera's picture and answers class indices."""

load("//models:providers.bzl", "CoremlFusedInfo", "CoremlVariantInfo")
load(":tool.bzl", "COREML_FUSED_TOOL_ATTR", "public_label", "run_tool", "tool_arguments")

def _coreml_fused_variant_impl(ctx):
    plain = ctx.attr.variant[CoremlVariantInfo]
    if bool(ctx.attr.height) != bool(ctx.attr.width):
        fail("{}: `height` is {} and `width` is {}, expected both or neither".format(
            public_label(ctx.label),
            ctx.attr.height,
            ctx.attr.width,
        ))
    name = "{}_{}".format(plain.model_info.name, ctx.label.name)
    package = ctx.actions.declare_directory(name + ".mlpackage")
    archive = ctx.actions.declare_file(name + ".mlpackage.zip")
    manifest = ctx.actions.declare_file(name + ".manifest.json")
    arguments = tool_arguments(ctx, "fuse")
    arguments.add("--package=" + plain.package.path)
    arguments.add("--manifest=" + plain.manifest.path)
    if ctx.attr.height:
        arguments.add("--height={}".format(ctx.attr.height))
        arguments.add("--width={}".format(ctx.attr.width))
    if ctx.attr.fit:
        arguments.add("--fit=" + ctx.attr.fit)
    for step in ctx.attr.postprocess:
        arguments.add("--postprocess=" + step)
    arguments.add("--top={}".format(ctx.attr.top))
    arguments.add("--out-package=" + package.path)
    arguments.add("--out-zip=" + archive.path)
    arguments.add("--out-manifest=" + manifest.path)
    outputs = [package, archive, manifest]
    run_tool(
        ctx,
        tool = ctx.executable._coreml_fused_tool,
        mnemonic = "CoremlFuse",
        progress_message = "Fusing input and output into {}".format(package.basename),
        arguments = arguments,
        inputs = [plain.package, plain.manifest],
        outputs = outputs,
    )
    return [
        DefaultInfo(
            files = depset(outputs),
            runfiles = ctx.runfiles(files = [package, manifest, plain.labels]),
        ),
        OutputGroupInfo(
            archive = depset([archive]),
            labels = depset([plain.labels]),
            manifest = depset([manifest]),
            package = depset([package]),
        ),
        CoremlFusedInfo(
            name = name,
            package = package,
            archive = archive,
            manifest = manifest,
            labels = plain.labels,
            plain = plain,
        ),
    ]

coreml_fused_variant = rule(
    implementation = _coreml_fused_variant_impl,
    attrs = dict(
        fit = attr.string(
            values = ["", "crop", "stretch"],
            doc = "Whether the centre of the model's aspect ratio is cut out first; by default as the model's own `fit`.",
        ),
        height = attr.int(doc = "Height in pixels of the picture that the app gives; 0 for the model's own, with `width` 0."),
        postprocess = attr.string_list(
            doc = "What is done with the scores, in this order: softmax (of a model that ends in logits), then topk or argmax. Without " +
                  "topk and argmax the outputs stay a label and a dictionary of probabilities.",
        ),
        top = attr.int(default = 5, doc = "How many classes topk answers."),
        variant = attr.label(providers = [CoremlVariantInfo], mandatory = True, doc = "The coreml_variant."),
        width = attr.int(doc = "Width in pixels of that picture."),
        **COREML_FUSED_TOOL_ATTR
    ),
    provides = [CoremlFusedInfo],
    doc = """A Core ML variant with resize and answer in the package: an app gives an upright picture of the camera's size.

Makes the folder `<model>_<name>.mlpackage`, the same as `.mlpackage.zip`, and `<model>_<name>.manifest.json` of schema version
2. Nothing is converted again: weights stay in the form that they have in `variant`. The filter is bilinear_antialias, in
float32 and to the byte; colour order, scale and bias stay Core ML's own. topk and argmax give two arrays, `scores` and `indices`.""",
)
