"""camera_variant: a variant that takes a camera's frames and answers class indices."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "variant_of")
load("//tools/starlark:label.bzl", "public_label")
load(":runtimes.bzl", "CAMERA_TOOLS", "RUNTIMES")
load(":tool.bzl", "run_program")
load(":variant.bzl", "declare_variant", "variant_outputs", "variant_providers")

_PIXEL_ORDERS = ["RGB", "BGR", "RGBA", "BGRA", "NV12", "NV21"]

_FILTERS = ["bilinear_antialias", "bilinear", "nearest"]

def _format_options(ctx, plain):
    """Return the options of attributes that only some formats know; fail where the variant's does not."""
    known = RUNTIMES[plain.format].camera_options
    options = {}
    for name in ["color_order", "filter", "rotation_degrees"]:
        value = getattr(ctx.attr, name)
        if name in known:
            option, default = known[name]
            options[option] = value or default
        elif value:
            fail("{}: `{}` is {}, expected none for a variant of the format {}, where it is fixed; remove it".format(
                public_label(ctx.label),
                name,
                value,
                plain.format,
            ))
    return options

def _camera_variant_impl(ctx):
    plain = variant_of(ctx.label, ctx.attr.variant, format = None, camera_input = False, custom_ops = STOCK_INTERPRETER)
    runtime = RUNTIMES[plain.format]
    if bool(ctx.attr.height) != bool(ctx.attr.width):
        fail("{}: `height` is {} and `width` is {}, expected both or neither".format(
            public_label(ctx.label),
            ctx.attr.height,
            ctx.attr.width,
        ))
    made = declare_variant(ctx, plain.format, plain.model_info.name)
    options = {
        "--" + runtime.model_option: plain.model,
        "--manifest": plain.manifest,
        "--postprocess": ctx.attr.postprocess,
        "--top": ctx.attr.top,
    }
    for name in ["fit", "height", "width"]:
        if getattr(ctx.attr, name):
            options["--" + name] = getattr(ctx.attr, name)
    run_program(
        ctx,
        tool = getattr(ctx.executable, runtime.camera_tool),
        mnemonic = runtime.camera_mnemonic,
        progress_message = "Adding camera input to {}".format(made.model.basename),
        options = dict(options, **_format_options(ctx, plain)),
        outputs = variant_outputs(runtime, made),
        env = runtime.env,
    )
    return variant_providers(
        ctx,
        made,
        model_info = plain.model_info,
        recipe_name = plain.recipe_name,
        conversion = plain.conversion,
        calibration = plain.calibration,
        plain = plain,
    )

camera_variant = rule(
    implementation = _camera_variant_impl,
    attrs = dict(
        color_order = attr.string(
            values = [""] + _PIXEL_ORDERS,
            doc = "Order of the frame's bytes, RGB by default; alpha is ignored. Android's Bitmap.copyPixelsToBuffer gives RGBA. " +
                  "NV12 and NV21 are a camera's planes (BT.601, full range): brightness, then U and V or V and U in turn at " +
                  "half the size. TensorFlow Lite only: Core ML converts the picture itself.",
        ),
        filter = attr.string(
            values = [""] + _FILTERS,
            doc = "How the frame is resized: as the training images were (bilinear_antialias, a triangle as wide as the shrink " +
                  "factor; the default), from four pixels (bilinear), or from one (nearest). TensorFlow Lite only: Core ML has " +
                  "bilinear_antialias.",
        ),
        fit = attr.string(
            values = ["", "crop", "stretch"],
            doc = "Whether the centre of the model's aspect ratio is cut out first; by default as the model's own `fit`.",
        ),
        height = attr.int(doc = "Height in pixels of the frame that the app sends; 0 for the model's own, with `width` 0."),
        postprocess = attr.string_list(
            doc = "What is done with the scores, in this order: softmax (of a model that ends in logits), then topk or argmax. " +
                  "Without topk and argmax the outputs of a Core ML package stay a label and a dictionary of probabilities.",
        ),
        rotation_degrees = attr.int(
            default = 0,
            values = [0, 90, 180, 270],
            doc = "Degrees clockwise that make the frame upright, before it is cropped and resized: SENSOR_ORIENTATION of a " +
                  "phone's camera that is held upright, nearly always 90. TensorFlow Lite only.",
        ),
        top = attr.int(default = 5, doc = "How many classes topk answers."),
        variant = attr.label(
            providers = [VariantInfo],
            mandatory = True,
            doc = "The tflite_variant or coreml_variant. A tflite_variant's recipe has `preprocess` fused, or its input is float32.",
        ),
        width = attr.int(doc = "Width in pixels of that frame."),
        **CAMERA_TOOLS
    ),
    provides = [VariantInfo],
    doc = """A variant with resize and choice of classes in the model: an app sends a camera's frame and gets class indices.

Makes `<model>_<name>.tflite`, or `.mlpackage` and `.mlpackage.zip`, and `<model>_<name>.manifest.json`, in the format of `variant`.
Nothing is converted again: weights stay those of `variant`, and camera_parity_test compares both. In a .tflite, crop, resize and
colour order run inside the delegate's one partition, but for the bytes' cropping and their CAST to floats; the answer is class
indices and scores. In Core ML, an upright picture is resized by bilinear_antialias in float32, to the byte.""",
)
