"""camera_parity_test: a camera_variant must answer as the separate steps do."""

load("//models:providers.bzl", "ImageSetInfo", "VariantInfo")
load("//models:variants.bzl", "variant_of")
load("//tools/starlark:label.bzl", "public_label")
load(":gate.bzl", "GATE_ATTRS", "gate")
load(":runtimes.bzl", "RUNTIMES")

def _camera_parity_test_impl(ctx):
    variant = variant_of(ctx.label, ctx.attr.variant, format = None)
    plain = variant.plain
    if not variant.camera_input:
        fail("{}: {} takes no camera frames, expected a camera_variant; compare others by a parity_test".format(
            public_label(ctx.label),
            variant.name,
        ))
    options = {
        "--model": variant.model,
        "--manifest": variant.manifest,
        "--plain-model": plain.model,
        "--plain-manifest": plain.manifest,
        "--images": ctx.attr.images[ImageSetInfo].images,
        "--count": ctx.attr.count,
        "--min-agreement": ctx.attr.min_agreement,
        "--max-difference": ctx.attr.max_difference,
    }
    return gate(ctx, command = "check-camera-parity", options = options, env = RUNTIMES[variant.format].env)

_camera_parity_test = rule(
    implementation = _camera_parity_test_impl,
    test = True,
    attrs = dict(
        count = attr.int(),
        images = attr.label(providers = [ImageSetInfo], mandatory = True),
        max_difference = attr.string(),
        min_agreement = attr.string(),
        variant = attr.label(providers = [VariantInfo], mandatory = True),
        **GATE_ATTRS
    ),
    doc = "See the macro of the same name.",
)

def camera_parity_test(
        name,
        variant,
        images,
        count = 64,
        min_agreement = 1,
        max_difference = 0,
        size = "small",
        **kwargs):
    """Red when a camera_variant answers otherwise than crop, resize, model and choice one by one.

    The reference is Pillow's resize, the variant that it was made from, and NumPy. A .tflite is also red when its graph has more
    XNNPACK partitions than that variant's. Core ML packages run in this machine's evaluator.

    Args:
      name: target name.
      variant: label of the camera_variant.
      images: label of an image_set of the model's input size; each becomes a frame that shows it where the model looks.
      count: how many of them.
      min_agreement: least share of frames that get the same classes in the same order.
      max_difference: most that any score may differ. By default nothing may: the resize is exact.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _camera_parity_test(
        name = name,
        variant = variant,
        images = images,
        count = count,
        min_agreement = str(min_agreement),
        max_difference = str(max_difference),
        size = size,
        **kwargs
    )
