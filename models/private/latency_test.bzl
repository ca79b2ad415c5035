"""latency_test: a variant must be so much faster than another."""

load(":gate.bzl", "MEASURED_TAGS", "RATIO_ATTRS", "ratio_gate")

def _latency_test_impl(ctx):
    return ratio_gate(ctx, "check-latency", {"--bound": ["{}={}".format(cpu, ratio) for cpu, ratio in ctx.attr.max_ratio.items()]})

_latency_test = rule(
    implementation = _latency_test_impl,
    test = True,
    attrs = dict(RATIO_ATTRS, max_ratio = attr.string_dict(mandatory = True)),
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
