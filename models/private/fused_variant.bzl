"""fused_variant: a variant that takes camera bytes and answers class indices."""

load("//models:providers.bzl", "FusedInfo", "VariantInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":custom_ops.bzl", "STOCK_INTERPRETER", "refuse_custom_ops")
load(":fused.bzl", "add_entry_and_answer")
load(":tool.bzl", "FUSED_TOOL_ATTR", "run_tool", "tool_arguments")

def _fused_variant_impl(ctx):
    plain = ctx.attr.variant[VariantInfo]
    refuse_custom_ops(ctx.label, [plain], STOCK_INTERPRETER)
    if FusedInfo in ctx.attr.variant:
        fail("{}: {} has fused input and output already, expected the variant that it was made from".format(
            public_label(ctx.label),
            public_label(ctx.attr.variant.label),
        ))
    name = "{}_{}".format(plain.model_info.name, ctx.label.name)
    tflite = ctx.actions.declare_file(name + ".tflite")
    manifest = ctx.actions.declare_file(name + ".manifest.json")
    arguments = tool_arguments(ctx, "fuse")
    arguments.add("--model=" + plain.model.path)
    arguments.add("--manifest=" + plain.manifest.path)
    add_entry_and_answer(ctx, arguments)
    arguments.add("--color-order=" + ctx.attr.color_order)
    arguments.add("--filter=" + ctx.attr.filter)
    arguments.add("--turn={}".format(ctx.attr.turn))
    arguments.add("--out-model=" + tflite.path)
    arguments.add("--out-manifest=" + manifest.path)
    run_tool(
        ctx,
        tool = ctx.executable._fused_tool,
        mnemonic = "TfliteFuse",
        progress_message = "Fusing input and output into {}".format(tflite.basename),
        arguments = arguments,
        inputs = [plain.model, plain.manifest],
        outputs = [tflite, manifest],
    )
    return [
        DefaultInfo(
            files = depset([tflite, manifest]),
            runfiles = ctx.runfiles(files = [tflite, manifest, plain.labels]),
        ),
        OutputGroupInfo(
            labels = depset([plain.labels]),
            manifest = depset([manifest]),
            model = depset([tflite]),
        ),
        VariantInfo(
            name = name,
            recipe_name = plain.recipe_name,
            model = tflite,
            manifest = manifest,
            labels = plain.labels,
            model_info = plain.model_info,
            conversion = plain.conversion,
            calibration = plain.calibration,
            custom_ops = None,
        ),
        FusedInfo(plain = plain),
    ]

fused_variant = rule(
    implementation = _fused_variant_impl,
    attrs = dict(
        color_order = attr.string(
            default = "RGB",
            values = ["RGB", "BGR", "RGBA", "BGRA", "NV12", "NV21"],
            doc = "Order of the frame's bytes; alpha is ignored. Android's Bitmap.copyPixelsToBuffer gives RGBA. NV12 and NV21 " +
                  "are a camera's planes (BT.601, full range): brightness, then U and V or V and U in turn at half the size.",
        ),
        filter = attr.string(
            default = "bilinear_antialias",
            values = ["bilinear_antialias", "bilinear", "nearest"],
            doc = "How the frame is resized: as the training images were (a triangle as wide as the shrink factor), from " +
                  "four pixels, or from one.",
        ),
        fit = attr.string(
            values = ["", "crop", "stretch"],
            doc = "Whether the centre of the model's aspect ratio is cut out first; by default as the model's own `fit`.",
        ),
        height = attr.int(doc = "Height in pixels of the frame that the app sends; 0 for the model's own, with `width` 0."),
        postprocess = attr.string_list(
            doc = "What is done with the scores, in this order: softmax (of a model that ends in logits), then topk or argmax.",
        ),
        top = attr.int(default = 5, doc = "How many classes topk answers."),
        turn = attr.int(
            default = 0,
            values = [0, 90, 180, 270],
            doc = "Degrees clockwise that make the frame upright, before it is cropped and resized: SENSOR_ORIENTATION of a phone's " +
                  "camera that is held upright, nearly always 90.",
        ),
        variant = attr.label(
            providers = [VariantInfo],
            mandatory = True,
            doc = "The tflite_variant. Its recipe's `preprocess` is fused, or its input float32.",
        ),
        width = attr.int(doc = "Width in pixels of that frame."),
        **FUSED_TOOL_ATTR
    ),
    provides = [VariantInfo, FusedInfo],
    doc = """A variant with input and output in the model: an app sends uint8 bytes and gets class indices and scores.

Makes `<model>_<name>.tflite` and `<model>_<name>.manifest.json` of schema version 2, which a program that knows version 1
refuses. The network's weights and codes are those of `variant`; fused_parity_test compares both. Crop, resize and
colour order run inside the delegate's one partition, but for the bytes' cropping and their CAST to floats.""",
)
