"""latency_test: a variant must be so much faster than another."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "variants_of")
load(":gate.bzl", "GATE_ATTRS", "MEASURED_TAGS", "gate")

def _latency_test_impl(ctx):
    variants = variants_of(ctx.label, [ctx.attr.variant, ctx.attr.baseline], custom_ops = STOCK_INTERPRETER)
    model, baseline = [variant.model for variant in variants]
    options = {
        "--model": model,
        "--baseline": baseline,
        "--bound": ["{}={}".format(cpu, ratio) for cpu, ratio in ctx.attr.max_ratio.items()],
        "--threads": ctx.attr.threads,
    }
    return gate(ctx, command = "check-latency", options = options, files = [model, baseline])

_latency_test = rule(
    implementation = _latency_test_impl,
    test = True,
    attrs = dict(
        baseline = attr.label(providers = [VariantInfo], mandatory = True),
        max_ratio = attr.string_dict(mandatory = True),
        threads = attr.int(default = 1),
        variant = attr.label(providers = [VariantInfo], mandatory = True),
        **GATE_ATTRS
    ),
    doc = "See the macro of the same name.",
)

def latency_test(name, variant, baseline, max_ratio, threads = 1, tags = [], size = "medium", **kwargs):
    """Red when a variant's median latency is more than a share of the baseline's, both measured now and in turns.

    Runs LiteRT with XNNPACK on this machine. Measures until the 95 % confidence interval of the ratio clears the bound, or
    fails as undecided.

    Args:
      name: target name.
      variant: label of the variant.
      baseline: label of another variant, usually fp32.
      max_ratio: largest ratio by CPU class, such as {"x86_64-avx512_vnni": 0.2, "*": 0.5}; the class is the best instruction
        set (python/model_press/measure/machine.py). Where none is stated for the CPU at hand, the ratio is printed and nothing
        is judged.
      threads: threads of the interpreter.
      tags: further tags.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _latency_test(
        name = name,
        variant = variant,
        baseline = baseline,
        max_ratio = {cpu: str(ratio) for cpu, ratio in max_ratio.items()},
        threads = threads,
        tags = tags + MEASURED_TAGS,
        size = size,
        **kwargs
    )
