"""delegation_test: a variant must stay within a number of delegate partitions."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "variant_of")
load(":gate.bzl", "GATE_ATTRS", "gate")

def _delegation_test_impl(ctx):
    options = {
        "--model": variant_of(ctx.label, ctx.attr.variant, custom_ops = STOCK_INTERPRETER).model,
        "--max-partitions": ctx.attr.max_partitions,
        "--allowed": ctx.attr.outside,
    }
    return gate(ctx, command = "check-delegation", options = options)

delegation_test = rule(
    implementation = _delegation_test_impl,
    test = True,
    attrs = dict(
        max_partitions = attr.int(default = 1, doc = "Largest allowed number of XNNPACK partitions; each further one is a hand-over."),
        outside = attr.string_list(
            doc = "Operators that may run outside, such as the uint8 to int8 QUANTIZE at either end.",
        ),
        variant = attr.label(providers = [VariantInfo], mandatory = True, doc = "The variant."),
        **GATE_ATTRS
    ),
    doc = "Red when LiteRT's XNNPACK delegate cuts the graph into more partitions, or leaves an operator outside, than stated.",
)
