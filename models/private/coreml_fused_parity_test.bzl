"""coreml_fused_parity_test: a Core ML package with fused input and output must answer as the separate steps do."""

load("//models:providers.bzl", "CoremlFusedInfo", "ImageSetInfo")
load(":fused.bzl", "fused_gate")
load(":tool.bzl", "COREML_FUSED_TOOL_ATTR")

def _coreml_fused_parity_test_impl(ctx):
    fused = ctx.attr.variant[CoremlFusedInfo]
    return fused_gate(
        ctx,
        tool = ctx.attr._coreml_fused_tool,
        kind = "package",
        fused = fused,
        plain = fused.plain,
    )

_coreml_fused_parity_test = rule(
    implementation = _coreml_fused_parity_test_impl,
    test = True,
    attrs = dict(
        count = attr.int(),
        images = attr.label(providers = [ImageSetInfo], mandatory = True),
        max_difference = attr.string(),
        min_agreement = attr.string(),
        variant = attr.label(providers = [CoremlFusedInfo], mandatory = True),
        **COREML_FUSED_TOOL_ATTR
    ),
    doc = "See the macro of the same name.",
)

def coreml_fused_parity_test(
        name,
        variant,
        images,
        count = 64,
        min_agreement = 1,
        max_difference = 0,
        size = "small",
        **kwargs):
    """Red when a coreml_fused_variant answers otherwise than crop, resize, package and choice one by one.

    Both packages run in this machine's evaluator. The reference is Pillow's resize, the unfused package and NumPy.

    Args:
      name: target name.
      variant: label of the coreml_fused_variant.
      images: label of an image_set of the network's size; each becomes a picture that shows it where the network looks.
      count: how many of them.
      min_agreement: least share of pictures that get the same classes in the same order.
      max_difference: most that any score may differ. By default nothing may: the resize is exact.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _coreml_fused_parity_test(
        name = name,
        variant = variant,
        images = images,
        count = count,
        min_agreement = str(min_agreement),
        max_difference = str(max_difference),
        size = size,
        **kwargs
    )
