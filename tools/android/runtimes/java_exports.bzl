"""`java_exports`."""

load("@rules_java//java/common:java_common.bzl", "java_common")
load("@rules_java//java/common:java_info.bzl", "JavaInfo")

def _java_exports_impl(ctx):
    return [
        java_common.merge([target[JavaInfo] for target in ctx.attr.exports]),
        DefaultInfo(files = depset(transitive = [target.files for target in ctx.attr.exports])),
    ]

java_exports = rule(
    implementation = _java_exports_impl,
    doc = "Several Java targets under one name.",
    attrs = {"exports": attr.label_list(providers = [JavaInfo], mandatory = True)},
)
