"""`robolectric_test`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS", "RUNTIME_ATTRS", "compile_jar", "runfiles_path")
load("//tools/jvm/private:java_test.bzl", "junit_program")
load("//tools/starlark:label.bzl", "public_label")
load(":android_app.bzl", "AndroidAppInfo")

# Robolectric reads this file from the class path: where the app's parts are.
_CONFIG = "com/android/tools/test_config.properties"

# And this one: the API level that the tests run on.
_SDK = "robolectric.properties"

# Robolectric opens these packages of the JDK by reflection.
_OPENS = [
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
]

def _config_jar(ctx, app):
    """Tells Robolectric of the app, by paths relative to the folder that tests start in, and of the API level."""
    properties = ctx.actions.declare_file(ctx.label.name + ".test_config.properties")
    ctx.actions.write(properties, "\n".join([
        "android_merged_manifest=" + app.manifest.short_path,
        "android_resource_apk=" + app.resources.short_path,
        "android_custom_package=" + ctx.attr.r_package,
        "",
    ]))
    sdk = ctx.actions.declare_file(ctx.label.name + ".robolectric.properties")
    ctx.actions.write(sdk, "sdk=%d\n" % ctx.attr.sdk)
    jar = ctx.actions.declare_file(ctx.label.name + ".config.jar")
    compile_jar(
        ctx = ctx,
        srcs = [],
        output = jar,
        classpath = depset(),
        resources = {_CONFIG: properties, _SDK: sdk},
    )
    return jar

def _platform(ctx):
    """Returns the File of the test's API level."""
    known = {int(level): target.files.to_list()[0] for target, level in ctx.attr._instrumented_platforms.items()}
    if ctx.attr.sdk not in known:
        fail("%s: no platform of API level %d to test on; there are %s" % (
            public_label(ctx.label),
            ctx.attr.sdk,
            ", ".join([str(level) for level in sorted(known)]),
        ))
    return known[ctx.attr.sdk]

def _robolectric_test_impl(ctx):
    app = ctx.attr.app[AndroidAppInfo]
    deps = [app.java] + [dep[JavaInfo] for dep in ctx.attr.deps + ctx.attr._robolectric]
    tests = ctx.actions.declare_file("lib%s.jar" % ctx.label.name)
    compile_jar(
        ctx = ctx,
        srcs = ctx.files.srcs,
        output = tests,
        classpath = depset([app.android_jar], transitive = [dep.transitive_compile_time_jars for dep in deps]),
    )
    classpath = depset(
        [tests, _config_jar(ctx, app)],
        # The platform goes last: it carries old copies of libraries that Robolectric has newer.
        transitive = [dep.transitive_runtime_jars for dep in deps] + [depset([app.android_jar])],
        order = "preorder",
    )
    platform = _platform(ctx)
    return junit_program(
        ctx = ctx,
        classpath = classpath,
        jvm_flags = _OPENS + [
            "-Drobolectric.offline=true",
            "-Drobolectric.dependency.dir={runfiles}/" + runfiles_path(ctx, platform).rpartition("/")[0],
            "-Drobolectric.logging.enabled=false",
        ] + ctx.attr.jvm_flags,
        data = [platform, app.manifest, app.resources],
        working_dir = ctx.workspace_name,
    )

robolectric_test = rule(
    implementation = _robolectric_test_impl,
    doc = "JUnit 4 tests that run an `android_app` on this machine: Android's own framework code on the JVM, " +
          "the app's resources and assets, and its TensorFlow Lite. Every source named *Test.java is a test class.",
    attrs = dict(
        dict(JDK_ATTRS, **RUNTIME_ATTRS),
        app = attr.label(mandatory = True, providers = [AndroidAppInfo], doc = "The `android_app` to run."),
        data = attr.label_list(allow_files = True, doc = "Files that the tests read, found relative to the runfiles root."),
        deps = attr.label_list(providers = [JavaInfo], doc = "Java libraries that the tests use besides the app's own, JUnit and Robolectric."),
        jvm_flags = attr.string_list(doc = "Options of java; {runfiles} is the runfiles folder."),
        native_libraries = attr.label_list(
            allow_files = [".so"],
            default = [Label("//android/host:native_libraries")],
            doc = "Native libraries of this machine, on java.library.path.",
        ),
        r_package = attr.string(default = "org.modelpress.app", doc = "Package of the app's R class."),
        sdk = attr.int(
            default = 35,
            doc = "API level. One a target: a process loads TensorFlow Lite for one level only.",
        ),
        srcs = attr.label_list(allow_files = [".java"], mandatory = True, doc = "Test classes and what they share."),
        _instrumented_platforms = attr.label_keyed_string_dict(
            default = {
                Label("@maven_robolectric//:android-all-instrumented_file"): "35",
                Label("@maven_robolectric_26//:android-all-instrumented_file"): "26",
            },
            allow_files = True,
        ),
        _robolectric = attr.label_list(
            default = [Label("@maven_robolectric//:robolectric"), Label("@maven//:junit")],
            providers = [JavaInfo],
        ),
    ),
    test = True,
)
