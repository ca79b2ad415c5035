"""`maven_artifact`: a fetched jar as a Java target. Generated repositories use it."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")

def _maven_artifact_impl(ctx):
    deps = [dep[JavaInfo] for dep in ctx.attr.deps]
    java_info = JavaInfo(
        output_jar = ctx.file.jar,
        compile_jar = ctx.file.jar,
        deps = deps,
        exports = deps,
    )
    return [java_info, DefaultInfo(files = depset([ctx.file.jar]))]

maven_artifact = rule(
    implementation = _maven_artifact_impl,
    doc = "A jar from Maven with everything that it needs.",
    attrs = {
        "coordinates": attr.string(mandatory = True, doc = "group:artifact:packaging:version."),
        "deps": attr.label_list(providers = [JavaInfo], doc = "Artifacts that it needs."),
        "jar": attr.label(allow_single_file = [".jar"], mandatory = True, doc = "The jar, of an .aar its classes."),
    },
)
