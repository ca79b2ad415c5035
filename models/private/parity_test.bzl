"""parity_test: a variant must answer as its Keras model does."""

load("//models:providers.bzl", "EvaluationInfo")
load("//tools/starlark:label.bzl", "public_label")
load(":evaluation.bzl", "evaluation_of")
load(":gate.bzl", "GATE_ATTRS", "gate")

def _parity_test_impl(ctx):
    variant = ctx.attr.evaluation[EvaluationInfo]
    keras = ctx.attr.keras_evaluation[EvaluationInfo]
    if not variant.manifest or keras.manifest:
        fail("{}: expected a variant and its keras_model, found {} and {}".format(public_label(ctx.label), variant.subject, keras.subject))
    options = {
        "--outputs": variant.outputs,
        "--manifest": variant.manifest,
        "--keras-outputs": keras.outputs,
    }
    return gate(ctx, command = "check-parity", options = options)

_parity_test = rule(
    implementation = _parity_test_impl,
    test = True,
    attrs = dict(
        evaluation = attr.label(providers = [EvaluationInfo], mandatory = True),
        keras_evaluation = attr.label(providers = [EvaluationInfo], mandatory = True),
        **GATE_ATTRS
    ),
    doc = "See the macro of the same name.",
)

def parity_test(name, variant, model, images, size = "small", **kwargs):
    """Red when a variant disagrees with its Keras model by more than its recipe's tolerance.

    Args:
      name: target name.
      variant: label of the variant.
      model: label of the keras_model it was made from.
      images: label of an image_set (the golden inputs). A set on which the model gives nearly always the same
        answer is refused as degenerate, since agreement on it proves nothing.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    _parity_test(
        name = name,
        evaluation = evaluation_of(variant, images),
        keras_evaluation = evaluation_of(model, images),
        size = size,
        **kwargs
    )
