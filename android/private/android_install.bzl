"""`android_install`."""

load("//tools/jvm/private:compile.bzl", "runfiles_path")
load("//tools/starlark:label.bzl", "public_label")
load(":android_app.bzl", "AndroidAppInfo")

_SCRIPT = """#!/bin/bash
# Installs an APK on the device that adb sees; arguments go to adb install.
set -euo pipefail
runfiles=${{RUNFILES_DIR:-$0.runfiles}}
apk=$(cd "$runfiles" && pwd)/{apk}
adb=${{ANDROID_HOME:+$ANDROID_HOME/platform-tools/adb}}
[[ -n $adb && -x $adb ]] || adb=$(command -v adb || true)
if [[ -z $adb ]]; then
  echo "{label}: adb is missing; install it (Debian package adb) or set ANDROID_HOME to an Android SDK" >&2
  exit 1
fi
devices=$("$adb" devices | awk 'NR > 1 && $2 == "device"' | wc -l)
if [[ $devices -eq 0 ]]; then
  echo "{label}: adb sees no device; connect a phone with USB debugging on, or start an emulator" >&2
  exit 1
fi
exec "$adb" install -r "$@" "$apk"
"""

def _android_install_impl(ctx):
    app = ctx.attr.app[AndroidAppInfo]
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        script,
        _SCRIPT.format(apk = runfiles_path(ctx, app.apk), label = public_label(ctx.label)),
        is_executable = True,
    )
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles(files = [app.apk]))]

android_install = rule(
    implementation = _android_install_impl,
    doc = "`bazel run` of it installs an `android_app` by adb (ANDROID_SERIAL chooses among several devices).",
    attrs = {"app": attr.label(mandatory = True, providers = [AndroidAppInfo], doc = "The `android_app` to install.")},
    executable = True,
)
