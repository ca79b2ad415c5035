"""accuracy_test: a variant may lose only so much against its baseline."""

load("//models:providers.bzl", "EvaluationInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":evaluation.bzl", "evaluation_of")
load(":gate.bzl", "GATE_ATTRS", "gate")

def _accuracy_test_impl(ctx):
    variant = ctx.attr.evaluation[EvaluationInfo]
    baseline = ctx.attr.baseline_evaluation[EvaluationInfo]
    if not variant.manifest:
        fail("{}: `variant` is the Keras model {}, expected a variant".format(public_label(ctx.label), variant.subject))
    options = {
        "--outputs": variant.outputs,
        "--manifest": variant.manifest,
        "--baseline-outputs": baseline.outputs,
        "--classes": variant.image_set.classes,
        "--max-drop": ctx.attr.max_drop,
    }
    if baseline.manifest:
        options["--baseline-manifest"] = baseline.manifest
    return gate(ctx, command = "check-accuracy", options = options)

_accuracy_test = rule(
    implementation = _accuracy_test_impl,
    test = True,
    attrs = dict(
        baseline_evaluation = attr.label(providers = [EvaluationInfo], mandatory = True),
        evaluation = attr.label(providers = [EvaluationInfo], mandatory = True),
        max_drop = attr.string(mandatory = True),
        **GATE_ATTRS
    ),
    doc = "See the macro of the same name.",
)

def accuracy_test(name, variant, baseline, images, max_drop, size = "small", **kwargs):
    """Red when a variant's top-1 accuracy falls by more than `max_drop` against the baseline.

    Args:
      name: target name.
      variant: label of the variant.
      baseline: label of another variant (usually fp32) or of the keras_model.
      images: label of a labelled image_set that neither training nor calibration has seen.
      max_drop: largest allowed loss of top-1 accuracy as a fraction, such as 0.005 for half a point.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    if max_drop < 0 or max_drop > 1:
        fail("//{}:{}: max_drop is {}, expected a fraction between 0 and 1 (0.005 is half a point)".format(native.package_name(), name, max_drop))
    _accuracy_test(
        name = name,
        evaluation = evaluation_of(variant, images),
        baseline_evaluation = evaluation_of(baseline, images),
        max_drop = str(max_drop),
        size = size,
        **kwargs
    )
