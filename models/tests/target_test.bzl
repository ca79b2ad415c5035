"""Analysis tests from tables: what a target makes, tells other rules and runs, and the line that each mistake gets."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//models:providers.bzl", "EvaluationInfo", "ModelInfo", "VariantInfo")
load("//tools/starlark:failure_test.bzl", "failure_test")

def _names(files):
    return sorted([file.basename for file in files])

def _text(value):
    """A field of a provider as text: files by their names, also those in a dict of options."""
    if type(value) == "File":
        return value.basename
    return " ".join(_names(value.values())) if type(value) == "dict" else str(value)

def _provider(target):
    for provider in [VariantInfo, ModelInfo, EvaluationInfo]:
        if provider in target:
            return target[provider]
    return fail("{} has none of the providers".format(target.label))

def _target_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    actions = {}
    for action in analysistest.target_actions(env):
        actions.setdefault(action.mnemonic, []).append(action)
    if ctx.attr.outputs:
        asserts.equals(env, ctx.attr.outputs, _names(target[DefaultInfo].files.to_list()))
    if ctx.attr.executable:
        asserts.equals(env, ctx.attr.executable, target[DefaultInfo].files_to_run.executable.basename)
    for group in ctx.attr.groups:
        asserts.equals(env, 1, len(getattr(target[OutputGroupInfo], group).to_list()), group)
    for path, expected in ctx.attr.fields.items():
        value = _provider(target)
        for field in path.split("."):
            value = getattr(value, field)
        asserts.equals(env, expected, _text(value), path)
    for mnemonic, count in ctx.attr.actions.items():
        asserts.equals(env, count, str(len(actions.get(mnemonic, []))), mnemonic)
    for wanted, names_by_mnemonic in [(True, ctx.attr.inputs), (False, ctx.attr.no_inputs)]:
        for mnemonic, names in names_by_mnemonic.items():
            inputs = _names(actions[mnemonic][0].inputs.to_list())
            for name in names:
                asserts.equals(env, wanted, name in inputs, "{} is an input of {}".format(name, mnemonic))
    for mnemonic, arguments in ctx.attr.arguments.items():
        for argument in arguments:
            asserts.true(env, argument in actions[mnemonic][0].argv, argument)
    runfiles = _names(target[DefaultInfo].default_runfiles.files.to_list())
    for name in ctx.attr.runfiles:
        asserts.true(env, name in runfiles, name + " is among the runfiles")
    return analysistest.end(env)

target_test = analysistest.make(
    _target_test_impl,
    attrs = {
        "actions": attr.string_dict(doc = "Mnemonic -> number of its actions."),
        "arguments": attr.string_list_dict(doc = "Mnemonic -> arguments that the first action has."),
        "executable": attr.string(),
        "fields": attr.string_dict(doc = "Path of a field of the provider -> its value."),
        "groups": attr.string_list(doc = "Output groups, of one file each."),
        "inputs": attr.string_list_dict(doc = "Mnemonic -> files that the first action reads."),
        "no_inputs": attr.string_list_dict(doc = "Mnemonic -> files that it does not read: their edit must not run it again."),
        "outputs": attr.string_list(doc = "All default outputs, sorted."),
        "runfiles": attr.string_list(),
    },
)

def rule_tests(name, subjects, mistakes, more = []):
    """Declares a test suite of a target_test for each subject and a failure_test for each mistake, `<target>_test`.

    Args:
      name: name of the test suite.
      subjects: dict of target name to the attributes of its target_test.
      mistakes: dict of target name to part of the message behind its label.
      more: names of further tests.
    """
    for target, expected in subjects.items():
        target_test(name = target + "_test", target_under_test = ":" + target, **expected)
    for target, message in mistakes.items():
        failure_test(
            name = target + "_test",
            target_under_test = ":" + target,
            message = "//{}:{}: {}".format(native.package_name(), target, message),
        )
    native.test_suite(name = name, tests = more + [target + "_test" for target in subjects.keys() + mistakes.keys()])
