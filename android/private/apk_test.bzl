"""`apk_test`."""

load("//tools/android:toolchain.bzl", "TOOLCHAIN_TYPE")
load("//tools/jvm/private:compile.bzl", "RUNTIME_ATTRS", "runfiles_path", "runtime_java")
load(":android_app.bzl", "AndroidAppInfo")

_LAUNCHER = """#!/bin/bash
# Runs the APK checks; paths are relative to the runfiles folder.
set -euo pipefail
runfiles=${{RUNFILES_DIR:-${{TEST_SRCDIR:-$0.runfiles}}}}
runfiles=$(cd "$runfiles" && pwd)
java={java}
[[ $java == /* ]] || java=$runfiles/$java
exec "$runfiles/{checker}" --java "$java" \\
  --apk "$runfiles/{apk}" --aapt2 "$runfiles/{aapt2}" --zipalign "$runfiles/{zipalign}" \\
  --apksigner-jar "$runfiles/{apksigner}" {expectations} "$@"
"""

def _apk_test_impl(ctx):
    app = ctx.attr.app[AndroidAppInfo]
    tools = ctx.toolchains[TOOLCHAIN_TYPE].android
    expectations = {
        "abis": ",".join(app.abis),
        "application-id": app.application_id or ctx.attr.application_id,
        "elf-page-bytes": app.runtime.elf_page_bytes,
        "min-sdk": app.min_sdk_version,
        "recipes": ",".join([variant.recipe_name for variant in app.variants]),
        "runtime": app.runtime.version,
        "target-sdk": app.target_sdk_version,
    }
    if ctx.attr.max_bytes:
        expectations["max-bytes"] = ctx.attr.max_bytes
    flags = ["--%s '%s'" % item for item in sorted(expectations.items())]
    flags += ["--permission '%s'" % permission for permission in ctx.attr.permissions]
    if app.debuggable:
        flags.append("--debuggable")
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            aapt2 = runfiles_path(ctx, tools.aapt2.executable),
            apk = runfiles_path(ctx, app.apk),
            apksigner = runfiles_path(ctx, tools.apksigner_jar),
            checker = runfiles_path(ctx, ctx.executable._checker),
            expectations = " ".join(flags),
            java = runtime_java(ctx),
            zipalign = runfiles_path(ctx, tools.zipalign.executable),
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(
        files = [app.apk, tools.aapt2.executable, tools.zipalign.executable, tools.apksigner_jar],
        transitive_files = depset(transitive = [
            tools.tool_files,
            ctx.attr._java_runtime[DefaultInfo].files,
        ]),
    ).merge(ctx.attr._checker[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

apk_test = rule(
    implementation = _apk_test_impl,
    doc = """Checks an `android_app` as it will be installed.

    Models, libraries and resource table are stored and aligned; 64-bit libraries are linked for 16 KB pages, or for what
    the runtime states (then named as a known limit); there is one TensorFlow Lite for each ABI, its classes once and by
    their names; models, manifests and labels belong together and the runtime runs them; signature scheme v2, package,
    SDK levels, permissions, the licences, no debug flag unless the app says so, and the size.
    """,
    attrs = dict(
        RUNTIME_ATTRS,
        app = attr.label(mandatory = True, providers = [AndroidAppInfo], doc = "The `android_app` to check."),
        application_id = attr.string(
            default = "org.modelpress.app",
            doc = "Expected package, where the app leaves it to its manifest.",
        ),
        max_bytes = attr.int(doc = "Budget of the whole APK in bytes; 0 for none."),
        permissions = attr.string_list(doc = "Permissions that it may ask for, such as android.permission.CAMERA."),
        _checker = attr.label(default = Label("//android:check_apk"), cfg = "target", executable = True),
    ),
    test = True,
    toolchains = [TOOLCHAIN_TYPE],
)
