"""fused_parity_test: a model with fused input and output must answer as the separate steps do."""

load("//models:providers.bzl", "FusedInfo", "ImageSetInfo", "VariantInfo")
load(":fused.bzl", "fused_gate")
load(":tool.bzl", "FUSED_TOOL_ATTR")

def _fused_parity_test_impl(ctx):
    return fused_gate(
        ctx,
        tool = ctx.attr._fused_tool,
        kind = "model",
        fused = ctx.attr.variant[VariantInfo],
        plain = ctx.attr.variant[FusedInfo].plain,
    )

_fused_parity_test = rule(
    implementation = _fused_parity_test_impl,
    test = True,
    attrs = dict(
        count = attr.int(),
        images = attr.label(providers = [ImageSetInfo], mandatory = True),
        max_difference = attr.string(),
        min_agreement = attr.string(),
        variant = attr.label(providers = [VariantInfo, FusedInfo], mandatory = True),
        **FUSED_TOOL_ATTR
    ),
    doc = "See the macro of the same name.",
)

def fused_parity_test(
        name,
        variant,
        images,
        count = 64,
        min_agreement = 1,
        max_difference = 0,
        size = "small",
        **kwargs):
    """Red when a fused_variant answers otherwise than crop, resize, network and choice one by one.

    Also red when its graph has more XNNPACK partitions than the unfused variant's. The reference is Pillow's resize, the
    unfused .tflite and NumPy.

    Args:
      name: target name.
      variant: label of the fused_variant.
      images: label of an image_set of the network's size; each becomes a frame that shows it where the network looks.
      count: how many of them.
      min_agreement: least share of frames that get the same classes in the same order.
      max_difference: most that any score may differ. By default nothing may: the resize is exact.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _fused_parity_test(
        name = name,
        variant = variant,
        images = images,
        count = count,
        min_agreement = str(min_agreement),
        max_difference = str(max_difference),
        size = size,
        **kwargs
    )
