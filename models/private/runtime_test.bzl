"""runtime_test: variants must load in the runtime that the apps ship."""

load("//models:providers.bzl", "RuntimeInfo", "VariantInfo")
load("//models:variants.bzl", "variants_of")
load("//tools/starlark:label.bzl", "public_label")
load(":gate.bzl", "GATE_ATTRS", "gate")

def _runtime_test_impl(ctx):
    variants = variants_of(ctx.label, ctx.attr.variants)
    if not variants:
        fail("{}: `variants` is empty, expected at least one".format(public_label(ctx.label)))
    options = {
        "--manifest": [variant.manifest for variant in variants],
        "--model": [variant.model for variant in variants],
        "--runtime": ctx.attr.runtime[RuntimeInfo].table,
    }
    return gate(ctx, command = "check-runtime", options = options)

runtime_test = rule(
    implementation = _runtime_test_impl,
    test = True,
    attrs = dict(
        runtime = attr.label(
            providers = [RuntimeInfo],
            default = Label("//models/runtimes:tensorflow_lite_2.16.1"),
            doc = "The `runtime` target of the runtime to load in.",
        ),
        variants = attr.label_list(providers = [VariantInfo], mandatory = True, doc = "The variants, with camera input or without."),
        **GATE_ATTRS
    ),
    doc = "Red when a variant has an operator, or a version of one, that the runtime does not register, " +
          "a Flex operator, or a custom operator that its manifest does not declare.",
)
