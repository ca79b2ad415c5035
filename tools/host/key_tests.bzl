"""Analysis tests: what an action runs is among its inputs, and so in its cache key."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

def _inputs_impl(ctx):
    env = analysistest.begin(ctx)
    actions = [action for action in analysistest.target_actions(env) if action.mnemonic == ctx.attr.mnemonic]
    asserts.true(env, bool(actions), "there is no action " + ctx.attr.mnemonic)
    for action in actions:
        names = {file.basename: True for file in action.inputs.to_list()}
        for name in ctx.attr.inputs:
            asserts.true(env, name in names, "%s does not take %s" % (ctx.attr.mnemonic, name))
    return analysistest.end(env)

_inputs_test = analysistest.make(
    _inputs_impl,
    attrs = {
        "inputs": attr.string_list(mandatory = True),
        "mnemonic": attr.string(mandatory = True),
    },
)

def _python_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    paths = [file.short_path for file in target[DefaultInfo].default_runfiles.files.to_list()]
    found = [path.rpartition("/")[2] for path in paths if "host_python/" in path]
    for name in ["interpreter", "python"]:
        asserts.true(env, name in found, "a Python program comes without the interpreter's " + name)
    return analysistest.end(env)

_python_test = analysistest.make(_python_impl)

# The JDK's classes and virtual machine.
_JDK = ["libjvm.so", "modules"]

_CASES = {
    "alignment": ("//android:app", "CheckAlignment", ["bash", "grep", "versions.txt", "zipalign"]),
    "deb": ("//rpi:deb", "PackPiDeb", ["dpkg-deb"]),
    "dex": ("//android:app", "Dex", _JDK + ["versions.txt"]),
    "javac": ("//android/core", "JavacJar", _JDK + ["bash", "find", "sed", "sort"]),
    "sign": ("//android:app", "SignApk", _JDK + ["apksigner.jar", "versions.txt"]),
}

def key_test_suite(name):
    """Declares the tests of this file.

    Args:
      name: name of the test suite.
    """
    for case, (target, mnemonic, inputs) in _CASES.items():
        _inputs_test(name = case + "_test", inputs = inputs, mnemonic = mnemonic, target_under_test = target)
    _python_test(name = "python_test", target_under_test = "//python/model_press/gates:gates_program")
    native.test_suite(name = name, tests = [case + "_test" for case in _CASES] + ["python_test"])
