"""Analysis tests of android_app: outputs, actions, and the one line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//android:defs.bzl", "android_app", "android_app_per_abi")
load("//android/private:android_app.bzl", "AndroidAppInfo")
load("//tools/starlark:failure_test.bzl", "failure_test")
load(":fixture_variant.bzl", "fixture_variant")

_MNEMONICS = [
    "AaptCompile",
    "AaptLink",
    "BundleModel",
    "CheckAlignment",
    "CollectLicenses",
    "Dex",
    "JavacJar",
    "MergeManifest",
    "PackApk",
    "SignApk",
]

def _app_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, ["fixture_app.apk"], [file.basename for file in target[DefaultInfo].files.to_list()])
    app = target[AndroidAppInfo]
    asserts.equals(env, 24, app.min_sdk_version)
    asserts.true(env, app.target_sdk_version >= 35, "stores ask for API level 35")
    asserts.equals(env, ["fixture_int8", "fixture_fp16"], [variant.name for variant in app.variants])
    mnemonics = {action.mnemonic: action for action in analysistest.target_actions(env)}
    for mnemonic in _MNEMONICS:
        asserts.true(env, mnemonic in mnemonics, mnemonic + " is an action of the app")
    sign = mnemonics["SignApk"].argv
    asserts.equals(env, "false", sign[sign.index("--v1-signing-enabled") + 1])
    pack = " ".join(mnemonics["PackApk"].argv)
    for abi in ["arm64-v8a", "armeabi-v7a", "x86", "x86_64"]:
        asserts.true(env, "%s=" % abi in pack, abi + " is shipped")
    return analysistest.end(env)

_app_test = analysistest.make(_app_impl)

def _one_abi_impl(ctx):
    env = analysistest.begin(ctx)
    pack = [action for action in analysistest.target_actions(env) if action.mnemonic == "PackApk"][0]
    libraries = [word for word in pack.argv if word.endswith(".so")]
    asserts.equals(env, 1, len(libraries))
    asserts.true(env, libraries[0].startswith("arm64-v8a="))
    return analysistest.end(env)

_one_abi_test = analysistest.make(_one_abi_impl)

def _shrunk_impl(ctx):
    env = analysistest.begin(ctx)
    actions = {action.mnemonic: action for action in analysistest.target_actions(env)}
    asserts.false(env, "Dex" in actions, "R8 makes the classes, not D8")
    rules = [word for word in actions["Shrink"].argv if word.endswith(".pro")]
    asserts.equals(env, ["android.pro", "resources.pro", "tensorflow_lite.pro"], [rule.rpartition("/")[2] for rule in rules])
    return analysistest.end(env)

_shrunk_test = analysistest.make(_shrunk_impl)

def _per_abi_impl(ctx):
    env = analysistest.begin(ctx)
    app = analysistest.target_under_test(env)[AndroidAppInfo]
    asserts.equals(env, ["arm64-v8a"], app.abis)
    link = [action for action in analysistest.target_actions(env) if action.mnemonic == "AaptLink"][0].argv
    asserts.equals(env, "72", link[link.index("--version-code") + 1])
    return analysistest.end(env)

_per_abi_test = analysistest.make(_per_abi_impl)

def _bad_apps():
    """Apps with one mistake each: name -> part of the message."""
    android_app(name = "future_sdk", model = ":fixture_int8", target_sdk_version = 99, tags = ["manual"])
    fixture_variant(name = "fixture_coreml", format = "mlpackage", tags = ["manual"])
    android_app(name = "coreml_app", model = ":fixture_coreml", tags = ["manual"])
    android_app(name = "old_sdk", min_sdk_version = 21, model = ":fixture_int8", tags = ["manual"])
    android_app(name = "one_word", application_id = "app", model = ":fixture_int8", tags = ["manual"])
    android_app(name = "digit_first", application_id = "com.1example", model = ":fixture_int8", tags = ["manual"])
    android_app(name = "no_gpu", gpu = True, model = ":fixture_int8", tags = ["manual"])
    android_app(name = "no_select_tf_ops", model = ":fixture_int8", select_tf_ops = True, tags = ["manual"])
    android_app(name = "same_twice", model = ":fixture_int8", more_models = [":fixture_int8"], tags = ["manual"])
    android_app(name = "unknown_abi", abis = ["mips"], model = ":fixture_int8", tags = ["manual"])
    return {
        "coreml_app": "//android/tests:coreml_app: fixture_coreml has the format mlpackage, expected tflite; give a tflite_variant",
        "digit_first": "//android/tests:digit_first: application_id \"com.1example\" is not an Android package name",
        "future_sdk": "//android/tests:future_sdk: target_sdk_version 99 has no platform jar in ",
        "no_gpu": "//android/tests:no_gpu: gpu = True, but tensorflow-lite 2.16.1 has no `gpu` here",
        "no_select_tf_ops": "//android/tests:no_select_tf_ops: select_tf_ops = True, but tensorflow-lite 2.16.1 has no",
        "old_sdk": "//android/tests:old_sdk: min_sdk_version 21; expected 24 to the target_sdk_version",
        "one_word": "//android/tests:one_word: application_id \"app\" is not an Android package name",
        "same_twice": "//android/tests:same_twice: fixture_int8 is in the app twice",
        "unknown_abi": "//android/tests:unknown_abi: tensorflow-lite 2.16.1 has no library for ABI \"mips\"; it has arm64-v8a",
    }

def android_app_test_suite(name):
    """Declares the subjects and tests of this file; :fixture_app and :fixture_int8 exist already.

    Args:
      name: name of the test suite.
    """
    android_app(name = "one_abi", abis = ["arm64-v8a"], model = ":fixture_int8", tags = ["manual"])
    _app_test(name = "app_test", target_under_test = ":fixture_app")
    _one_abi_test(name = "one_abi_test", target_under_test = ":one_abi")
    android_app(name = "shrunk", model = ":fixture_int8", shrink = True, tags = ["manual"])
    _shrunk_test(name = "shrunk_test", target_under_test = ":shrunk")
    android_app_per_abi(name = "split", model = ":fixture_int8", tags = ["manual"], version_code = 7)
    _per_abi_test(name = "per_abi_test", target_under_test = ":split_arm64-v8a")
    tests = ["app_test", "one_abi_test", "per_abi_test", "shrunk_test"]
    for target, message in _bad_apps().items():
        failure_test(name = target + "_test", target_under_test = ":" + target, message = message)
        tests.append(target + "_test")
    native.test_suite(name = name, tests = tests)

def fixture_variants():
    """A good stand-in variant and one for each fault that bundling must refuse."""
    fixture_variant(name = "fixture_int8")
    fixture_variant(name = "fixture_fp16", recipe = "fp16")
    fixture_variant(name = "other_recipe", manifest_recipe = "fp16", tags = ["manual"])
    for fault in ["missing_label", "newer_runtime", "other_model", "swapped_labels"]:
        fixture_variant(name = fault, fault = fault, tags = ["manual"])
