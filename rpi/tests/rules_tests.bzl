"""Analysis tests of the Raspberry Pi rules."""

load("//models/tests:target_test.bzl", "rule_tests")
load("//rpi:defs.bzl", "pi_deb", "pi_deploy", "pi_runner")

def pi_rules_test_suite(name):
    """Declares the targets under test and their tests.

    Args:
      name: name of the suite.
    """
    tags = ["manual"]
    native.alias(name = "int8_again", actual = "//models/digits:int8")
    pi_runner(name = "twice", variants = ["//models/digits:int8", ":int8_again"], tags = tags)
    pi_deb(name = "other_deb", package = "flower-runner", runner = "//rpi:runner", version = "1.2.0", tags = tags)
    pi_deploy(name = "deploy_other_runner", package = "//rpi:deb", runner = ":runner_host", tags = tags)
    rule_tests(
        name = name,
        subjects = {
            "other_deb": {"actions": {"PackPiDeb": "1"}, "outputs": ["flower-runner_1.2.0_arm64.deb"]},
            "runner_host": {"actions": {"PackPiRunner": "1"}, "outputs": ["runner_host"]},
        },
        mistakes = {
            "deploy_other_runner": "package //rpi:deb installs //rpi:runner, not //rpi/tests:runner_host",
            "twice": "variant digits_int8 is given twice",
        },
    )
