"""Tests of signing: one mnemonic alone reads the key, and its actions stay on this machine."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//android:defs.bzl", "android_bundle")
load("//android/private:actions.bzl", "sign_apk", "sign_bundle")
load("//tools/android:keystore.bzl", "AndroidKeystoreInfo")
load("//tools/jvm/private:compile.bzl", "JDK_ATTRS")

def _readers_impl(ctx):
    env = analysistest.begin(ctx)
    key = ctx.attr.keystore[AndroidKeystoreInfo]
    readers = [
        action.mnemonic
        for action in analysistest.target_actions(env)
        if [file for file in action.inputs.to_list() if file in (key.keystore, key.password)]
    ]
    asserts.equals(env, ["SignApk"], readers)
    return analysistest.end(env)

_readers_test = analysistest.make(
    _readers_impl,
    attrs = {"keystore": attr.label(
        default = Label("@android_debug_keystore//:keystore"),
        providers = [AndroidKeystoreInfo],
    )},
)

def _ignore(*_args, **_kwargs):
    pass

def _args():
    return struct(add = _ignore, add_all = _ignore)

# Analysis tests see no execution requirements, so the steps register their actions with a stand-in here.
def _stays_local_impl(ctx):
    env = unittest.begin(ctx)
    file = ctx.files._shell[0]
    for sign, more in {sign_apk: {"alignment_report": file}, sign_bundle: {}}.items():
        action = {}
        sign(
            ctx = struct(
                actions = struct(args = _args, run = action.update),
                attr = ctx.attr,
                label = ctx.label,
            ),
            tools = struct(apksigner_jar = file, tool_files = depset()),
            unsigned = file,
            keystore = struct(alias = "release", keystore = file, password = file),
            min_sdk_version = 24,
            output = file,
            **more
        )
        asserts.equals(env, "SignApk", action["mnemonic"])
        asserts.equals(env, {"no-remote": "1"}, action.get("execution_requirements"))
    return unittest.end(env)

_stays_local_test = unittest.make(_stays_local_impl, attrs = JDK_ATTRS)

def signing_test_suite(name):
    """Declares the tests of this file; :fixture_app exists already.

    Args:
      name: name of the test suite.
    """
    android_bundle(name = "fixture_bundle", app = ":fixture_app", tags = ["manual"])
    _readers_test(name = "app_key_readers_test", target_under_test = ":fixture_app")
    _readers_test(name = "bundle_key_readers_test", target_under_test = ":fixture_bundle")
    _stays_local_test(name = "signing_stays_local_test")
    native.test_suite(name = name, tests = ["app_key_readers_test", "bundle_key_readers_test", "signing_stays_local_test"])
