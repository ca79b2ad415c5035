"""measurement_test: measures all variants of a model on this machine, and fails where a figure makes no sense."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "same_model", "variants_of")
load("//tools/starlark:label.bzl", "public_label")
load(":gate.bzl", "MEASURED_TAGS", "gate")
load(":tool.bzl", "program")

def _measurement_test_impl(ctx):
    if not ctx.attr.variants:
        fail("{}: `variants` is empty, expected at least one".format(public_label(ctx.label)))
    variants = variants_of(ctx.label, ctx.attr.variants, custom_ops = STOCK_INTERPRETER)
    model = same_model(ctx.label, variants)
    options = {
        "--keras-info": model.info,
        "--keras-model": model.model,
        "--manifest": [variant.manifest for variant in variants],
        "--rounds": ctx.attr.rounds,
        "--variant": [variant.model for variant in variants],
    }
    return gate(ctx, tool = ctx.attr._measure, command = "", options = options, out = "metrics.json")

_measurement_test = rule(
    implementation = _measurement_test_impl,
    test = True,
    attrs = {
        "rounds": attr.int(mandatory = True),
        "variants": attr.label_list(providers = [VariantInfo], mandatory = True),
        "_measure": program("measure:measure_program"),
    },
    doc = "See the macro of the same name.",
)

def measurement_test(name, variants, rounds = 15, tags = [], size = "medium", **kwargs):
    """Measures variants of one model and the Keras model itself, in turns, and writes `metrics.json` to the test's outputs.

    Load, first inference, steady latency and peak memory on 1 and 2 threads, with XNNPACK and without, each in a process of
    its own. It is red where something does not run or a figure cannot be right: nothing about speed is asserted, that is what
    latency_test is for.

    Args:
      name: target name.
      variants: labels of variants of one keras_model.
      rounds: interleaved rounds; what takes over 0.4 s an image takes part in few of them.
      tags: further tags.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _measurement_test(
        name = name,
        variants = variants,
        rounds = rounds,
        tags = tags + MEASURED_TAGS,
        size = size,
        **kwargs
    )
