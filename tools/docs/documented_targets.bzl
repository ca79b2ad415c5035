"""Targets that the documentation names, and the files that they make."""

load("//tools/starlark:label.bzl", "public_label")

def _documented_targets_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    lines = []
    for target in ctx.attr.targets:
        lines.append(public_label(target.label))
        lines += ["  " + file.short_path for file in target.files.to_list()]
    ctx.actions.write(out, "\n".join(lines) + "\n")
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

documented_targets = rule(
    implementation = _documented_targets_impl,
    attrs = {"targets": attr.label_list(allow_files = True, mandatory = True, doc = "They must exist and be analysable; nothing of them is built.")},
    doc = "`<name>.txt`: each label, and indented below it the paths of its files under bazel-bin.",
)
