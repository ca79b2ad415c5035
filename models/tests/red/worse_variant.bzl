"""Variants made worse on purpose, and tests that a gate goes red on them."""

load("//models:providers.bzl", "VariantInfo")
load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/python:pytest.bzl", "pytest_test")

def _worse_variant_impl(ctx):
    good = ctx.attr.variant[VariantInfo]
    model = ctx.actions.declare_file(ctx.label.name + ".tflite")
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest.json")
    ctx.actions.run(
        executable = ctx.executable._worsen,
        arguments = [ctx.attr.how, good.model.path, good.manifest.path, model.path, manifest.path],
        inputs = [good.model, good.manifest],
        outputs = [model, manifest],
        mnemonic = "WorsenVariant",
        progress_message = "Making {} worse: {}".format(good.name, ctx.attr.how),
        env = PYTHON_ENV,
    )
    return [
        DefaultInfo(files = depset([model, manifest])),
        VariantInfo(
            name = good.name,
            format = good.format,
            archive = None,
            camera_input = good.camera_input,
            plain = good.plain,
            recipe_name = good.recipe_name,
            model = model,
            manifest = manifest,
            labels = good.labels,
            model_info = good.model_info,
            # It makes the good one again.
            conversion = good.conversion,
            calibration = good.calibration,
            custom_ops = good.custom_ops,
        ),
    ]

worse_variant = rule(
    implementation = _worse_variant_impl,
    attrs = {
        "how": attr.string(mandatory = True, doc = "A function of worsen.py."),
        "variant": attr.label(providers = [VariantInfo], mandatory = True),
        "_worsen": attr.label(default = Label("//models/tests/red:worsen"), executable = True, cfg = "exec"),
    },
    provides = [VariantInfo],
    doc = "A variant with one fault and a manifest that fits it.",
)

def red_test(name, gate, says, size = "small", **kwargs):
    """Green when a gate is red for the stated reason.

    Args:
      name: target name.
      gate: label of a gate test (tagged manual, since it fails).
      says: parts of the error line that it must print.
      size: Bazel's test size.
      **kwargs: common attributes of tests.
    """
    pytest_test(
        name = name,
        size = size,
        srcs = ["//models/tests/red:gate_is_red_test.py"],
        data = [gate],
        env = {
            "GATE": "$(rootpath {})".format(gate),
            "SAYS": "|".join(says),
        },
        **kwargs
    )
