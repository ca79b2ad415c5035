"""runtime: a runtime that apps ship, known by the operators it registers."""

load("//models:providers.bzl", "RuntimeInfo")

def _runtime_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.table]), runfiles = ctx.runfiles(files = [ctx.file.table])),
        RuntimeInfo(name = ctx.label.name, table = ctx.file.table),
    ]

runtime = rule(
    implementation = _runtime_impl,
    attrs = {"table": attr.label(allow_single_file = [".json"], mandatory = True, doc = "Operators and their newest versions.")},
    provides = [RuntimeInfo],
    doc = "A runtime for runtime_test.",
)
