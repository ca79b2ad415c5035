"""`android_runtime`: the inference runtime that an app ships."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")

AndroidRuntimeInfo = provider(
    doc = "A TensorFlow Lite runtime for Android.",
    fields = {
        "elf_page_bytes": "int: page size that its libraries are linked for.",
        "java": "JavaInfo of its Java part.",
        "jni": "dict of string -> depset of File: ABI -> native libraries.",
        "keep_rules": "depset of File: R8 rules that it needs.",
        "name": "string: name and version.",
        "version": "string: version, compared with a manifest's minimum_runtime.",
    },
)

def _android_runtime_impl(ctx):
    return [AndroidRuntimeInfo(
        elf_page_bytes = ctx.attr.elf_page_bytes,
        java = ctx.attr.java[JavaInfo],
        jni = {abi: target.files for target, abi in ctx.attr.jni.items()},
        keep_rules = depset(ctx.files.keep_rules),
        name = "%s %s" % (ctx.attr.artifact, ctx.attr.version),
        version = ctx.attr.version,
    )]

android_runtime = rule(
    implementation = _android_runtime_impl,
    doc = "The runtime of an `android_app`. Swap it here, and only here.",
    attrs = {
        "artifact": attr.string(mandatory = True),
        "elf_page_bytes": attr.int(
            default = 16384,
            doc = "Page size that the 64-bit libraries are linked for; devices of 16 KB pages load 16384 only.",
        ),
        "java": attr.label(providers = [JavaInfo], mandatory = True),
        "jni": attr.label_keyed_string_dict(mandatory = True, doc = "Libraries -> their ABI."),
        "keep_rules": attr.label_list(allow_files = [".pro"], doc = "R8 rules for what native code finds by name."),
        "version": attr.string(mandatory = True),
    },
)
