"""`fixture_variant`: a stand-in for a `tflite_variant`, well-formed or with one known fault."""

load("//models:providers.bzl", "ModelInfo", "VariantInfo")
load("//tools/python:env.bzl", "PYTHON_ENV")

def _fixture_variant_impl(ctx):
    model = ctx.actions.declare_file(ctx.label.name + ".tflite")
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest.json")
    labels = ctx.actions.declare_file(ctx.label.name + ".labels.txt")
    args = ctx.actions.args()
    args.add("--recipe", ctx.attr.manifest_recipe or ctx.attr.recipe)
    args.add("--fault", ctx.attr.fault)
    args.add("--out-model", model)
    args.add("--out-manifest", manifest)
    args.add("--out-labels", labels)
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [args],
        outputs = [model, manifest, labels],
        mnemonic = "FixtureVariant",
        progress_message = "Making fixture %s" % ctx.label,
        env = PYTHON_ENV,
    )
    return [
        DefaultInfo(files = depset([model, manifest, labels])),
        VariantInfo(
            name = ctx.label.name,
            format = ctx.attr.format,
            archive = None,
            camera_input = False,
            plain = None,
            recipe_name = ctx.attr.recipe,
            model = model,
            manifest = manifest,
            labels = labels,
            model_info = ModelInfo(name = "fixture", model = None, info = None, labels = labels, compression = "", origin = None),
            conversion = {},
            calibration = None,
            custom_ops = None,
        ),
    ]

fixture_variant = rule(
    implementation = _fixture_variant_impl,
    attrs = {
        "fault": attr.string(default = "none"),
        "format": attr.string(default = "tflite", doc = "As in VariantInfo; the files are those of a .tflite."),
        "manifest_recipe": attr.string(doc = "Recipe in the manifest, where it is another than the target's."),
        "recipe": attr.string(default = "int8"),
        "_tool": attr.label(
            default = Label("//android/tests:make_fixture_variant"),
            cfg = "exec",
            executable = True,
        ),
    },
)
