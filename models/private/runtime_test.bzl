"""runtime_test: a variant must load in the runtime that the apps ship."""

load("//models:providers.bzl", "RuntimeInfo", "VariantInfo")
load("//models:variants.bzl", "variant_of")
load(":gate.bzl", "GATE_ATTRS", "gate")
load(":tool.bzl", "FUSED_TOOL_ATTR")

def _runtime_test_impl(ctx):
    variant = variant_of(ctx.label, ctx.attr.variant)
    options = {
        "--model": variant.model,
        "--manifest": variant.manifest,
        "--runtime": ctx.attr.runtime[RuntimeInfo].table,
    }
    tool = ctx.attr._fused_tool if variant.camera_input else None
    return gate(ctx, tool = tool, command = "check-runtime", options = options, files = options.values())

runtime_test = rule(
    implementation = _runtime_test_impl,
    test = True,
    attrs = dict(
        runtime = attr.label(
            providers = [RuntimeInfo],
            default = Label("//models/runtimes:tensorflow_lite_2.16.1"),
            doc = "The `runtime` target of the runtime to load in.",
        ),
        variant = attr.label(providers = [VariantInfo], mandatory = True, doc = "The variant."),
        **dict(GATE_ATTRS, **FUSED_TOOL_ATTR)
    ),
    doc = "Red when a variant has an operator, or a version of one, that the runtime does not register, " +
          "a Flex operator, or a custom operator that its manifest does not declare.",
)
