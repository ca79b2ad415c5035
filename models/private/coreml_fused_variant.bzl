"""coreml_fused_variant: a Core ML package that takes a camera's picture and answers class indices."""

load("//models:providers.bzl", "CoremlFusedInfo", "CoremlVariantInfo")
load(":coreml_package.bzl", "add_package_outputs", "declare_package", "package_providers")
load(":fused.bzl", "add_entry_and_answer")
load(":tool.bzl", "COREML_FUSED_TOOL_ATTR", "run_tool", "tool_arguments")

def _coreml_fused_variant_impl(ctx):
    plain = ctx.attr.variant[CoremlVariantInfo]
    made = declare_package(ctx, plain.model_info.name)
    arguments = tool_arguments(ctx, "fuse")
    arguments.add("--package=" + plain.package.path)
    arguments.add("--manifest=" + plain.manifest.path)
    add_entry_and_answer(ctx, arguments)
    add_package_outputs(arguments, made)
    run_tool(
        ctx,
        tool = ctx.executable._coreml_fused_tool,
        mnemonic = "CoremlFuse",
        progress_message = "Fusing input and output into {}".format(made.package.basename),
        arguments = arguments,
        inputs = [plain.package, plain.manifest],
        outputs = made.files,
    )
    default, groups = package_providers(ctx, made, plain.labels)
    return [
        default,
        groups,
        CoremlFusedInfo(
            name = made.name,
            package = made.package,
            archive = made.archive,
            manifest = made.manifest,
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
