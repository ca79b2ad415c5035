"""size_test: a variant's file may be only so big."""

load("//models:providers.bzl", "VariantInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":gate.bzl", "GATE_ATTRS", "gate")

def _file(variant):
    """The .tflite, or the Core ML package as a stored zip, which is a few hundred bytes more than its files."""
    return variant[VariantInfo].archive or variant[VariantInfo].model

def _size_test_impl(ctx):
    options = {"--model": _file(ctx.attr.variant)}
    if ctx.attr.baseline:
        if not ctx.attr.max_ratio:
            fail("{}: `baseline` is set without `max_ratio`".format(public_label(ctx.label)))
        options["--baseline"] = _file(ctx.attr.baseline)
        options["--max-ratio"] = ctx.attr.max_ratio
    elif ctx.attr.max_ratio:
        fail("{}: `max_ratio` is set without the `baseline` that it is a share of".format(public_label(ctx.label)))
    if ctx.attr.max_bytes:
        options["--max-bytes"] = ctx.attr.max_bytes
    if not ctx.attr.max_bytes and not ctx.attr.max_ratio:
        fail("{}: neither `max_bytes` nor `max_ratio` is set, expected at least one bound".format(public_label(ctx.label)))
    command = "check-size" + (" --zipped" if ctx.attr.zipped else "")
    return gate(ctx, command = command, options = options)

_size_test = rule(
    implementation = _size_test_impl,
    test = True,
    attrs = dict(
        baseline = attr.label(providers = [VariantInfo]),
        max_bytes = attr.int(),
        max_ratio = attr.string(),
        variant = attr.label(providers = [VariantInfo], mandatory = True),
        zipped = attr.bool(),
        **GATE_ATTRS
    ),
    doc = "See the macro of the same name.",
)

def size_test(name, variant, baseline = None, max_ratio = None, max_bytes = 0, zipped = False, size = "small", **kwargs):
    """Red when a variant's file is bigger than `max_bytes`, or than `max_ratio` of the baseline's.

    Args:
      name: target name.
      variant: label of the variant.
      baseline: label of the variant that max_ratio is a share of, usually fp32.
      max_ratio: largest allowed share of the baseline's bytes, such as 0.27.
      max_bytes: largest allowed number of bytes; 0 for no such bound.
      zipped: whether the deflated size counts, as a store's download does.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _size_test(
        name = name,
        variant = variant,
        baseline = baseline,
        max_ratio = "" if max_ratio == None else str(max_ratio),
        max_bytes = max_bytes,
        zipped = zipped,
        size = size,
        **kwargs
    )
