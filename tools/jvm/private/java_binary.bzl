"""`java_binary`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load(":compile.bzl", "NATIVE_ATTRS", "RUNTIME_ATTRS", "java_program")

def _java_binary_impl(ctx):
    return java_program(
        ctx = ctx,
        main_class = ctx.attr.main_class,
        classpath = depset(transitive = [dep[JavaInfo].transitive_runtime_jars for dep in ctx.attr.deps]),
        jvm_flags = ctx.attr.jvm_flags,
    )

java_binary = rule(
    implementation = _java_binary_impl,
    doc = "A Java program, started on the JDK of the build.",
    attrs = dict(
        RUNTIME_ATTRS,
        data = attr.label_list(allow_files = True, doc = "Files that the program reads."),
        deps = attr.label_list(providers = [JavaInfo], mandatory = True, doc = "Java libraries with its classes."),
        jvm_flags = attr.string_list(doc = "Options of java; {runfiles} is the runfiles folder."),
        main_class = attr.string(mandatory = True, doc = "Class with main()."),
        **NATIVE_ATTRS
    ),
    executable = True,
)
