"""memory_test: a variant may need only so much memory."""

load(":gate.bzl", "MEASURED_TAGS", "RATIO_ATTRS", "ratio_gate")

def _memory_test_impl(ctx):
    return ratio_gate(ctx, "check-memory", {"--max-ratio": ctx.attr.max_ratio})

_memory_test = rule(
    implementation = _memory_test_impl,
    test = True,
    attrs = dict(RATIO_ATTRS, max_ratio = attr.string(mandatory = True)),
    doc = "See the macro of the same name.",
)

def memory_test(name, variant, baseline, max_ratio, threads = 1, tags = [], size = "small", **kwargs):
    """Red when a variant's peak memory above the runtime's base is more than a share of the baseline's.

    Each runs in a process that holds LiteRT and nothing else.

    Args:
      name: target name.
      variant: label of the variant.
      baseline: label of another variant, usually fp32.
      max_ratio: largest ratio, such as 0.4.
      threads: threads of the interpreter.
      tags: further tags.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _memory_test(
        name = name,
        variant = variant,
        baseline = baseline,
        max_ratio = str(max_ratio),
        threads = threads,
        tags = tags + MEASURED_TAGS,
        size = size,
        **kwargs
    )
