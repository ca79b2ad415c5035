"""Analysis tests of the Java rules."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@rules_java//java/common:java_info.bzl", "JavaInfo")
load("//tools/jvm:defs.bzl", "java_library", "java_test")
load("//tools/starlark:failure_test.bzl", "failure_test")

def _names(jars):
    return [jar.basename for jar in jars.to_list()]

def _library_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[JavaInfo]
    runtime = _names(info.transitive_runtime_jars)
    asserts.true(env, "libouter.jar" in runtime)
    asserts.true(env, "libinner.jar" in runtime, "dependencies come along")
    asserts.false(env, "libplatform.jar" in runtime, "a provided dependency stays out")
    compile = [action for action in analysistest.target_actions(env) if action.mnemonic == "JavacJar"]
    asserts.equals(env, 1, len(compile))
    inputs = [file.basename for file in compile[0].inputs.to_list()]
    asserts.true(env, "libplatform.jar" in inputs, "a provided dependency is compiled against")
    return analysistest.end(env)

_library_test = analysistest.make(_library_impl)

def jvm_test_suite(name):
    """Declares the subjects and tests of this file. The sources are never read: analysis stops before any action.

    Args:
      name: name of the test suite.
    """
    java_library(name = "platform", srcs = ["Platform.java"], tags = ["manual"])
    java_library(name = "inner", srcs = ["Inner.java"], tags = ["manual"])
    java_library(
        name = "outer",
        srcs = ["Outer.java"],
        provided_deps = [":platform"],
        tags = ["manual"],
        deps = [":inner"],
    )
    java_test(name = "misplaced", srcs = ["MisplacedTest.java"], tags = ["manual"])
    _library_test(name = "library_test", target_under_test = ":outer")
    failure_test(
        name = "misplaced_test",
        message = "`srcs` has a test that lies under no folder named java; expected .../java/",
        target_under_test = ":misplaced",
    )
    native.test_suite(name = name, tests = ["library_test", "misplaced_test"])
