"""`example_photo`: one image of a set that a variant recognises, as a picture file."""

load("//models:providers.bzl", "EvaluationInfo")
load("//tools/python:env.bzl", "PYTHON_ENV")

def _example_photo_impl(ctx):
    evaluation = ctx.attr.evaluation[EvaluationInfo]
    images = evaluation.image_set.images
    classes = evaluation.image_set.classes
    inputs = [images, classes, evaluation.outputs, ctx.file.labels]
    args = ctx.actions.args()
    args.add("--images", images)
    args.add("--classes", classes)
    args.add("--outputs", evaluation.outputs)
    args.add("--labels", ctx.file.labels)
    args.add("--out-photo", ctx.outputs.photo)
    args.add("--out-label", ctx.outputs.label_file)
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [args],
        inputs = inputs,
        outputs = [ctx.outputs.photo, ctx.outputs.label_file],
        mnemonic = "ExamplePhoto",
        progress_message = "Choosing an example for %s" % ctx.label.name,
        env = PYTHON_ENV,
    )
    return [DefaultInfo(files = depset([ctx.outputs.photo, ctx.outputs.label_file]))]

example_photo = rule(
    implementation = _example_photo_impl,
    attrs = {
        "evaluation": attr.label(mandatory = True, providers = [EvaluationInfo]),
        "label_file": attr.output(mandatory = True, doc = "Text file with the photo's label."),
        "labels": attr.label(allow_single_file = [".txt"], mandatory = True),
        "photo": attr.output(mandatory = True, doc = "PNG."),
        "_tool": attr.label(default = Label("//android/tests:pick_example"), cfg = "exec", executable = True),
    },
)
