"""`java_test`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load(":compile.bzl", "JDK_ATTRS", "NATIVE_ATTRS", "RUNTIME_ATTRS", "compile_jar", "java_program")

def _class_name(file):
    """Fully qualified name of the class in a source file under a folder `java`."""
    path = file.short_path[:-len(".java")]
    if "/java/" not in path:
        fail("%s: `srcs` has a test that lies under no folder named java; expected .../java/<its package>/<its class>.java" % file.short_path)
    return path.rpartition("/java/")[2].replace("/", ".")

def junit_program(*, ctx, classpath, jvm_flags, data = [], working_dir = ""):
    """Writes the launcher of JUnit for the test classes in `srcs`, the sources named *Test.java.

    Args:
      ctx: as java_program takes it, with the attribute `srcs`.
      classpath: depset of jars.
      jvm_flags: options of java.
      data: as java_program takes it.
      working_dir: as java_program takes it.

    Returns:
      List of the program's DefaultInfo.
    """
    return java_program(
        ctx = ctx,
        main_class = "org.junit.runner.JUnitCore",
        classpath = classpath,
        jvm_flags = jvm_flags,
        arguments = [_class_name(file) for file in ctx.files.srcs if file.basename.endswith("Test.java")],
        data = data,
        working_dir = working_dir,
    )

def _java_test_impl(ctx):
    deps = [dep[JavaInfo] for dep in ctx.attr.deps + [ctx.attr._junit]]
    jar = ctx.actions.declare_file("lib%s.jar" % ctx.label.name)
    compile_jar(
        ctx = ctx,
        srcs = ctx.files.srcs,
        output = jar,
        classpath = depset(transitive = [dep.transitive_compile_time_jars for dep in deps]),
    )
    classpath = depset([jar], transitive = [dep.transitive_runtime_jars for dep in deps])
    return junit_program(ctx = ctx, classpath = classpath, jvm_flags = ctx.attr.jvm_flags)

java_test = rule(
    implementation = _java_test_impl,
    doc = "JUnit 4 tests: every source named *Test.java is a test class.",
    attrs = dict(
        dict(JDK_ATTRS, **RUNTIME_ATTRS),
        data = attr.label_list(allow_files = True, doc = "Files that the tests read."),
        deps = attr.label_list(providers = [JavaInfo], doc = "Java libraries that they use, besides JUnit."),
        jvm_flags = attr.string_list(doc = "Options of java; {runfiles} is the runfiles folder."),
        srcs = attr.label_list(allow_files = [".java"], mandatory = True, doc = "Test classes and what they share, below a folder `java`."),
        _junit = attr.label(default = Label("@maven//:junit"), providers = [JavaInfo]),
        **NATIVE_ATTRS
    ),
    test = True,
)
