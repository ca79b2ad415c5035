"""`android_bundle`."""

load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/android:toolchain.bzl", "TOOLCHAIN_TYPE")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS")
load(":actions.bzl", "build_bundle", "pack_module", "sign_bundle")
load(":android_app.bzl", "AndroidAppInfo")

def _android_bundle_impl(ctx):
    app = ctx.attr.app[AndroidAppInfo]
    work = ctx.label.name + ".parts/"
    module = ctx.actions.declare_file(work + "base.zip")
    config = ctx.actions.declare_file(work + "config.json")
    unsigned = ctx.actions.declare_file(work + "unsigned.aab")
    bundle = ctx.actions.declare_file(ctx.label.name + ".aab")
    pack_module(ctx = ctx, app = app, output = module, config = config)
    build_bundle(ctx = ctx, module = module, config = config, output = unsigned)
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
