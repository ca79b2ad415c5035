"""`java_library`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load(":compile.bzl", "JDK_ATTRS", "compile_jar")

def _java_library_impl(ctx):
    jar = ctx.actions.declare_file("lib%s.jar" % ctx.label.name)
    deps = [dep[JavaInfo] for dep in ctx.attr.deps]
    provided = [dep[JavaInfo] for dep in ctx.attr.provided_deps]
    compile_jar(
        ctx = ctx,
        srcs = ctx.files.srcs,
        output = jar,
        classpath = depset(transitive = [info.transitive_compile_time_jars for info in deps + provided]),
        javacopts = ctx.attr.javacopts,
        resources = {file.basename: file for file in ctx.files.resources},
    )
    java_info = JavaInfo(
        output_jar = jar,
        compile_jar = jar,
        deps = deps,
        exports = [dep[JavaInfo] for dep in ctx.attr.exports],
        runtime_deps = [dep[JavaInfo] for dep in ctx.attr.runtime_deps],
    )
    return [
        java_info,
        DefaultInfo(
            files = depset([jar]),
            runfiles = ctx.runfiles(files = ctx.files.data, collect_default = True),
        ),
    ]

java_library = rule(
    implementation = _java_library_impl,
    doc = "Java 8 classes in a reproducible jar.",
    attrs = dict(
        JDK_ATTRS,
        data = attr.label_list(allow_files = True, doc = "Files that the classes read when they run."),
        deps = attr.label_list(providers = [JavaInfo], doc = "Java libraries that it uses."),
        exports = attr.label_list(providers = [JavaInfo], doc = "What users of this also compile against."),
        javacopts = attr.string_list(doc = "Further options of javac."),
        provided_deps = attr.label_list(
            providers = [JavaInfo],
            doc = "Compiled against, but left to the platform or the program when it runs.",
        ),
        resources = attr.label_list(allow_files = True, doc = "Files put at the top of the jar."),
        runtime_deps = attr.label_list(providers = [JavaInfo], doc = "Needed when it runs, not compiled against."),
        srcs = attr.label_list(allow_files = [".java"], doc = "Java sources."),
    ),
    provides = [JavaInfo],
)
