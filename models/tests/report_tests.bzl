"""Analysis tests of model_report and measurement_test: outputs, actions and failure messages."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//models:defs.bzl", "image_set", "keras_model", "measurement_test", "model_report", "tflite_variant")
load("//tools/starlark:failure_test.bzl", "failure_test")

def _count(env, mnemonic):
    return len([action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic])

def _report_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    names = sorted([file.basename for file in target[DefaultInfo].files.to_list()])
    asserts.equals(env, ["subject.csv", "subject.html", "subject.json", "subject.md"], names)
    asserts.equals(env, "subject", target[DefaultInfo].files_to_run.executable.basename)

    # One of each variant, one more summary for the Keras model, and no comparison of the baseline with itself.
    for mnemonic, count in {
        "EvaluationSummary": 3,
        "KerasSizes": 1,
        "LayerError": 1,
        "ReportFacts": 1,
        "ReportRender": 1,
        "VariantFacts": 2,
    }.items():
        asserts.equals(env, count, _count(env, mnemonic), mnemonic)
    runfiles = [file.basename for file in target[DefaultInfo].default_runfiles.files.to_list()]
    for needed in ["other_fp32.tflite", "other_other_int8_recipe.manifest.json", "other.model", "subject.facts.json"]:
        asserts.true(env, needed in runfiles, needed + " is there to measure")
    render = [action for action in analysistest.target_actions(env) if action.mnemonic == "ReportRender"][0]
    inputs = [file.basename for file in render.inputs.to_list()]
    asserts.false(env, "other_fp32.tflite" in inputs, "rendering needs no model")
    return analysistest.end(env)

_report_test = analysistest.make(_report_impl)

def _measurement_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    for action in analysistest.target_actions(env):
        asserts.false(env, action.mnemonic in ["KerasSizes", "TfliteConvert"], "a measurement is not a build action")
    runfiles = [file.basename for file in target[DefaultInfo].default_runfiles.files.to_list()]
    for needed in ["other_fp32.tflite", "other_fp32.manifest.json", "other.model", "other.model.json"]:
        asserts.true(env, needed in runfiles, needed + " is there to measure")
    asserts.true(env, "external" in ctx.attr.tags_of, "never from a cache")
    asserts.true(env, "exclusive" in ctx.attr.tags_of, "alone on the machine")
    return analysistest.end(env)

_measurement_test = analysistest.make(_measurement_impl, attrs = {"tags_of": attr.string_list()})

def _subjects():
    keras_model(name = "other", src = "net.keras", tags = ["manual"])
    keras_model(name = "third", src = "net.keras", tags = ["manual"])
    image_set(name = "shown", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = ["manual"])
    tflite_variant(name = "fp32", model = ":other", tags = ["manual"])
    tflite_variant(name = "other_int8_recipe", recipe = "int8", model = ":other", calibration = ":shown", tags = ["manual"])
    tflite_variant(name = "third_fp32", recipe = "fp32", model = ":third", tags = ["manual"])

def _bad_targets():
    """Targets with one mistake each, and part of the message."""
    common = {"images": ":shown", "model": ":other", "tags": ["manual"]}
    model_report(name = "report_of_nothing", variants = [], **common)
    model_report(name = "report_of_two_models", variants = [":fp32", ":third_fp32"], **common)
    model_report(name = "report_of_another_model", variants = [":third_fp32"], **common)
    model_report(name = "report_without_baseline", variants = [":fp16"], **common)
    model_report(name = "report_with_stray_baseline", variants = [":fp32"], baseline = ":fp16", **common)
    tflite_variant(name = "fp16", model = ":other", tags = ["manual"])
    measurement_test(name = "measurement_of_nothing", variants = [], tags = ["manual"])
    measurement_test(name = "measurement_of_two_models", variants = [":fp32", ":third_fp32"], tags = ["manual"])
    mixed = "other_fp32 is made from the model other and third_third_fp32 from third, expected variants of one model"
    return {
        "measurement_of_nothing": "//models/tests:measurement_of_nothing: `variants` is empty, expected at least one",
        "measurement_of_two_models": "//models/tests:measurement_of_two_models: " + mixed,
        "report_of_another_model": "//models/tests:report_of_another_model: `variants` are made from the model third, `model` is other",
        "report_of_nothing": "//models/tests:report_of_nothing: `variants` is empty, expected at least one",
        "report_of_two_models": "//models/tests:report_of_two_models: " + mixed,
        "report_with_stray_baseline": "//models/tests:report_with_stray_baseline: `baseline` other_fp16 is not among `variants`",
        "report_without_baseline": "//models/tests:report_without_baseline: no variant of recipe fp32 is among `variants`; add it or set `baseline`",
    }

def report_test_suite(name):
    """Declares the subjects and tests of this file.

    Args:
      name: name of the test suite.
    """
    _subjects()
    bad = _bad_targets()
    model_report(
        name = "subject",
        images = ":shown",
        model = ":other",
        tags = ["manual"],
        variants = [":fp32", ":other_int8_recipe"],
    )
    measurement_test(name = "measurement_subject", variants = [":fp32"], tags = ["manual"])

    tests = ["report_rule_test", "measurement_rule_test"]
    _report_test(name = "report_rule_test", target_under_test = ":subject")
    _measurement_test(
        name = "measurement_rule_test",
        tags_of = native.existing_rule("measurement_subject")["tags"],
        target_under_test = ":measurement_subject",
    )
    for target, message in bad.items():
        failure_test(name = target + "_test", target_under_test = ":" + target, message = message)
        tests.append(target + "_test")
    native.test_suite(name = name, tests = tests)
