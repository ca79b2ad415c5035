"""`apk_test`."""

load("//tools/jvm/private:compile.bzl", "RUNTIME_ATTRS", "runfiles_path", "runtime_java")
load(":android_app.bzl", "AndroidAppInfo", "TOOLCHAIN_TYPE")

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
        "application-id": app.application_id or ctx.attr.application_id,
        "elf-page-bytes": app.runtime.elf_page_bytes,
        "min-sdk": app.min_sdk_version,
        "recipes": ",".join([variant.recipe_name for variant in app.variants]),
        "runtime": app.runtime.version,
        "target-sdk": app.target_sdk_version,
    }
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            aapt2 = runfiles_path(ctx, tools.aapt2.executable),
            apk = runfiles_path(ctx, app.apk),
            apksigner = runfiles_path(ctx, tools.apksigner_jar),
            checker = runfiles_path(ctx, ctx.executable._checker),
            expectations = " ".join(["--%s '%s'" % item for item in sorted(expectations.items())]),
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
    doc = "Checks an `android_app`: models, libraries and resource table stored and aligned; signature, " +
          "package, SDK levels; no permission; manifest, labels and model belong together. Names " +
          "libraries that 16 KB-page devices cannot load.",
    attrs = dict(
        RUNTIME_ATTRS,
        app = attr.label(mandatory = True, providers = [AndroidAppInfo]),
        application_id = attr.string(
            default = "org.modelpress.app",
            doc = "Expected package, where the app leaves it to its manifest.",
        ),
        _checker = attr.label(default = Label("//tools/android:check_apk"), cfg = "target", executable = True),
    ),
    test = True,
    toolchains = [TOOLCHAIN_TYPE],
)
