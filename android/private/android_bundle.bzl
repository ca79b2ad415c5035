"""`android_bundle`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/android:toolchain.bzl", "TOOLCHAIN_TYPE")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS", "jdk_of")
load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/starlark:label.bzl", "public_label")
load(":actions.bzl", "JVM_FLAGS", "sign_bundle")
load(":android_app.bzl", "AndroidAppInfo")

_MAIN = "com.android.tools.build.bundletool.BundleToolMain"

def _pack_module(ctx, app, module, config):
    args = ctx.actions.args()
    args.add("--resources", app.proto_resources)
    args.add("--assets", app.resources)
    args.add("--dex", app.dex)
    for abi, library in app.jni:
        args.add("--jni", library, format = abi + "=%s")
    args.add("--out", module)
    args.add("--out-config", config)
    ctx.actions.run(
        executable = ctx.executable._pack_module,
        arguments = [args],
        inputs = [app.proto_resources, app.resources, app.dex] + [library for _, library in app.jni],
        outputs = [module, config],
        mnemonic = "PackModule",
        progress_message = "Packing the module of %s" % public_label(ctx.label),
        env = PYTHON_ENV,
    )

def _build_bundle(ctx, module, config, output):
    jdk = jdk_of(ctx)
    classpath = ctx.attr._bundletool[JavaInfo].transitive_runtime_jars
    args = ctx.actions.args()
    args.add_all(JVM_FLAGS)
    args.add_joined("-cp", classpath, join_with = ctx.configuration.host_path_separator)
    args.add(_MAIN)
    args.add("build-bundle")
    args.add(module, format = "--modules=%s")
    args.add(config, format = "--config=%s")
    args.add(output, format = "--output=%s")
    ctx.actions.run(
        executable = jdk.java_executable_exec_path,
        arguments = [args],
        inputs = depset([module, config], transitive = [classpath, jdk.files]),
        outputs = [output],
        mnemonic = "BuildBundle",
        progress_message = "Bundling %s" % public_label(ctx.label),
    )

def _android_bundle_impl(ctx):
    app = ctx.attr.app[AndroidAppInfo]
    work = ctx.label.name + ".parts/"
    module = ctx.actions.declare_file(work + "base.zip")
    config = ctx.actions.declare_file(work + "config.json")
    unsigned = ctx.actions.declare_file(work + "unsigned.aab")
    bundle = ctx.actions.declare_file(ctx.label.name + ".aab")
    _pack_module(ctx, app, module, config)
    _build_bundle(ctx, module, config, unsigned)
    sign_bundle(
        ctx = ctx,
        tools = ctx.toolchains[TOOLCHAIN_TYPE].android,
        unsigned = unsigned,
        keystore = app.keystore,
        min_sdk_version = app.min_sdk_version,
        output = bundle,
    )
    return [DefaultInfo(files = depset([bundle]), runfiles = ctx.runfiles(files = [bundle]))]

android_bundle = rule(
    implementation = _android_bundle_impl,
    doc = """An `android_app` as `<name>.aab`, the app bundle that stores take.

    Google's bundletool makes it; the app's key signs it, which is then the upload key. Models and libraries stay uncompressed in the
    APKs that a store makes of it. The same inputs and the same key give the same bytes.
    """,
    attrs = dict(
        JDK_ATTRS,
        app = attr.label(mandatory = True, providers = [AndroidAppInfo], doc = "The `android_app`; one of several ABIs is split by the store."),
        _bundletool = attr.label(
            default = Label("@maven_bundletool//:bundletool"),
            cfg = "exec",
            providers = [JavaInfo],
        ),
        _pack_module = attr.label(
            default = Label("//android/private:pack_module"),
            cfg = "exec",
            executable = True,
        ),
    ),
    toolchains = [TOOLCHAIN_TYPE],
)
