"""`java_evaluation`: what the app's own classifier answers, on the Android runtime's own library."""

load("//models:providers.bzl", "EvaluationInfo", "ImageSetInfo", "VariantInfo")

def _java_evaluation_impl(ctx):
    variant = ctx.attr.variant[VariantInfo]
    image_set = ctx.attr.images[ImageSetInfo]
    out = ctx.actions.declare_file(ctx.label.name + ".outputs.npy")
    args = ctx.actions.args()
    args.add("--model", variant.model)
    args.add("--manifest", variant.manifest)
    args.add("--images", image_set.images)
    args.add("--out", out)
    ctx.actions.run(
        executable = ctx.executable._predict,
        arguments = [args],
        inputs = [variant.model, variant.manifest, image_set.images],
        outputs = [out],
        mnemonic = "JavaPredict",
        progress_message = "Running %s in the app's classifier" % variant.name,
    )
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out])),
        EvaluationInfo(
            subject = variant.name,
            manifest = variant.manifest,
            image_set = image_set,
            outputs = out,
        ),
    ]

java_evaluation = rule(
    implementation = _java_evaluation_impl,
    doc = "Like //models:defs.bzl `evaluation`, through the Java class that the app uses.",
    attrs = {
        "images": attr.label(mandatory = True, providers = [ImageSetInfo]),
        "variant": attr.label(mandatory = True, providers = [VariantInfo]),
        "_predict": attr.label(
            default = Label("//android/host:predict"),
            cfg = "exec",
            executable = True,
        ),
    },
    provides = [EvaluationInfo],
)
