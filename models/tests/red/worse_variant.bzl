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

    # All else is of the good one: reproducible_test converts that again.
    worse = {field: getattr(good, field) for field in dir(good) if not field.startswith("to_")}
    worse.update(model = model, manifest = manifest)
    return [
        DefaultInfo(files = depset([model, manifest])),
        VariantInfo(**worse),
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

def red_test(name, gate, says, size = "small", tags = [], **kwargs):
    """Declares a gate that fails, and a test that is green when it is red for the stated reason.

    Args:
      name: target name, `<gate>_is_red_test`; the gate is the target `<gate>`, which is manual.
      gate: the rule or macro of the gate, such as size_test.
      says: parts of the error line that it must print.
      size: Bazel's size of the test.
      tags: tags of the test.
      **kwargs: attributes of the gate.
    """
    target = name[:-len("_is_red_test")]
    gate(name = target, tags = ["manual"], **kwargs)
    pytest_test(
        name = name,
        size = size,
        srcs = ["//models/tests/red:gate_is_red_test.py"],
        data = [":" + target],
        env = {
            "GATE": "$(rootpath :{})".format(target),
            "SAYS": "|".join(says),
        },
        tags = tags,
    )
