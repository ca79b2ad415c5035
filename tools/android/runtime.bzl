"""`android_runtime`: the inference runtime that an app ships."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")

AndroidRuntimeInfo = provider(
    doc = "A TensorFlow Lite runtime for Android.",
    fields = {
        "elf_page_bytes": "int: page size that its libraries are linked for.",
        "extras": "dict of string -> struct: \"gpu\" and \"select_tf_ops\", each where there is one, with `java` (JavaInfo) " +
                  "and `jni` (as below).",
        "java": "JavaInfo of its Java part.",
        "jni": "dict of string -> depset of File: ABI -> native libraries.",
        "keep_rules": "depset of File: R8 rules that it needs.",
        "name": "string: name and version.",
        "version": "string: version, compared with a manifest's minimum_runtime.",
    },
)

# Parts of a runtime that an app ships on demand.
EXTRAS = ["gpu", "select_tf_ops"]

def _android_runtime_impl(ctx):
    extras = {}
    for name in EXTRAS:
        java = getattr(ctx.attr, name)
        if java:
            jni = getattr(ctx.attr, name + "_jni")
            extras[name] = struct(
                java = java[JavaInfo],
                jni = {abi: target.files for target, abi in jni.items()},
            )
    return [AndroidRuntimeInfo(
        elf_page_bytes = ctx.attr.elf_page_bytes,
        extras = extras,
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
        "artifact": attr.string(mandatory = True, doc = "Name, for messages."),
        "elf_page_bytes": attr.int(
            default = 16384,
            doc = "Page size that the 64-bit libraries are linked for; devices of 16 KB pages load 16384 only.",
        ),
        "gpu": attr.label(providers = [JavaInfo], doc = "Its GPU delegate, of the same version."),
        "gpu_jni": attr.label_keyed_string_dict(doc = "Libraries of the GPU delegate -> their ABI."),
        "java": attr.label(providers = [JavaInfo], mandatory = True, doc = "Its Java part."),
        "jni": attr.label_keyed_string_dict(mandatory = True, doc = "Libraries -> their ABI."),
        "keep_rules": attr.label_list(allow_files = [".pro"], doc = "R8 rules for what native code finds by name."),
        "select_tf_ops": attr.label(providers = [JavaInfo], doc = "Its TensorFlow kernels, of the same version."),
        "select_tf_ops_jni": attr.label_keyed_string_dict(doc = "Libraries of those kernels -> their ABI."),
        "version": attr.string(mandatory = True, doc = "Version, compared with a manifest's minimum_runtime."),
    },
)
