"""Analysis tests of model_report and measurement_test: outputs, actions and failure messages."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//models:defs.bzl", "image_set", "keras_model", "measurement_test", "model_report", "tflite_variant")
load(":target_test.bzl", "rule_tests")

def _measurement_tags_impl(ctx):
    env = unittest.begin(ctx)

    # Never from a cache, and alone on the machine.
    for tag in ["external", "exclusive"]:
        asserts.true(env, tag in ctx.attr.tags_of, tag)
    return unittest.end(env)

measurement_tags_test = unittest.make(_measurement_tags_impl, attrs = {"tags_of": attr.string_list()})

def _subjects():
    tags = ["manual"]
    keras_model(name = "other", src = "net.keras", tags = tags)
    keras_model(name = "third", src = "net.keras", tags = tags)
    image_set(name = "shown", srcs = ["calibration/red/a.png"], height = 8, width = 8, tags = tags)
    tflite_variant(name = "fp32", model = ":other", tags = tags)
    tflite_variant(name = "other_int8_recipe", recipe = "int8", model = ":other", calibration = ":shown", tags = tags)
    tflite_variant(name = "third_fp32", recipe = "fp32", model = ":third", tags = tags)
    model_report(name = "subject", images = ":shown", model = ":other", tags = tags, variants = [":fp32", ":other_int8_recipe"])
    measurement_test(name = "measurement_subject", variants = [":fp32"], tags = tags)
    return {
        # A measurement is not a build action.
        "measurement_subject": {
            "actions": {"KerasSizes": "0", "TfliteConvert": "0"},
            "runfiles": ["other.model", "other.model.json", "other_fp32.manifest.json", "other_fp32.tflite"],
        },
        # One action for each variant, one more summary for the Keras model, and no comparison of the baseline with itself.
        "subject": {
            "actions": {
                "EvaluationSummary": "3",
                "KerasSizes": "1",
                "LayerError": "1",
                "ReportFacts": "1",
                "ReportRender": "1",
                "VariantFacts": "2",
            },
            "executable": "subject",
            "no_inputs": {"ReportRender": ["other_fp32.tflite"]},
            "outputs": ["subject.csv", "subject.html", "subject.json", "subject.md"],
            "runfiles": ["other.model", "other_fp32.tflite", "other_other_int8_recipe.manifest.json", "subject.facts.json"],
        },
    }

def _mistakes():
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
        "measurement_of_nothing": "`variants` is empty, expected at least one",
        "measurement_of_two_models": mixed,
        "report_of_another_model": "`variants` are made from the model third, `model` is other",
        "report_of_nothing": "`variants` is empty, expected at least one",
        "report_of_two_models": mixed,
        "report_with_stray_baseline": "`baseline` other_fp16 is not among `variants`",
        "report_without_baseline": "no variant of recipe fp32 is among `variants`; add it or set `baseline`",
    }

def report_test_suite(name):
    """Declares the subjects and tests of this file.

    Args:
      name: name of the test suite.
    """
    subjects = _subjects()
    measurement_tags_test(name = "measurement_tags_test", tags_of = native.existing_rule("measurement_subject")["tags"])
    rule_tests(name, subjects, _mistakes(), ["measurement_tags_test"])
