"""Analysis tests of the Raspberry Pi rules."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rpi:defs.bzl", "pi_deb", "pi_deploy", "pi_runner")
load("//tools/starlark:failure_test.bzl", "failure_test")

def _outputs_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = [file.basename for file in target[DefaultInfo].files.to_list()]
    asserts.equals(env, ctx.attr.outputs, names)
    mnemonics = [action.mnemonic for action in analysistest.target_actions(env)]
    asserts.true(env, ctx.attr.mnemonic in mnemonics, "no action " + ctx.attr.mnemonic)
    return analysistest.end(env)

_outputs_test = analysistest.make(
    _outputs_test_impl,
    attrs = {
        "mnemonic": attr.string(),
        "outputs": attr.string_list(),
    },
)

def pi_rules_test_suite(name):
    """Declares the targets under test and their tests.

    Args:
      name: name of the suite.
    """
    pi_runner(
        name = "twice",
        tags = ["manual"],
        variants = [
            "//models/digits:int8",
            ":int8_again",
        ],
    )
    native.alias(
        name = "int8_again",
        actual = "//models/digits:int8",
    )
    pi_deb(
        name = "other_deb",
        package = "flower-runner",
        runner = "//rpi:runner",
        tags = ["manual"],
        version = "1.2.0",
    )
    pi_deploy(
        name = "deploy_other_runner",
        package = "//rpi:deb",
        runner = ":runner_host",
        tags = ["manual"],
    )
    failure_test(
        name = "deploy_other_runner_test",
        message = "//rpi/tests:deploy_other_runner: package //rpi:deb installs //rpi:runner, not //rpi/tests:runner_host",
        target_under_test = ":deploy_other_runner",
    )
    failure_test(
        name = "twice_test",
        message = "//rpi/tests:twice: variant digits_int8 is given twice",
        target_under_test = ":twice",
    )
    _outputs_test(
        name = "runner_outputs_test",
        mnemonic = "PackPiRunner",
        outputs = ["runner"],
        target_under_test = "//rpi:runner",
    )
    _outputs_test(
        name = "deb_outputs_test",
        mnemonic = "PackPiDeb",
        outputs = ["flower-runner_1.2.0_arm64.deb"],
        target_under_test = ":other_deb",
    )
    native.test_suite(
        name = name,
        tests = [
            ":deb_outputs_test",
            ":deploy_other_runner_test",
            ":runner_outputs_test",
            ":twice_test",
        ],
    )
