"""model_report: one page, Markdown, CSV and JSON of what every variant costs and keeps."""

load("//models:providers.bzl", "EvaluationInfo", "ImageSetInfo", "ModelInfo", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "same_model", "variants_of")
load("//tools/starlark:label.bzl", "public_label")
load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")
load(":evaluation.bzl", "evaluation_of")
load(":tool.bzl", "option_files", "program", "run_program")

_LAUNCHER = """\
#!/bin/sh
# Measures on this machine and writes the full report: bazel run {label} -- --out DIR [--metrics FILE] [--device FILE]...
exec {tool} --label={label} {arguments} "$@"
"""

_SUFFIXES = [".html", ".md", ".csv", ".json"]

def _run(ctx, *, parts, tool, mnemonic, progress_message, options, command = None):
    """Registers one action that writes a file of facts; returns the file, `<target>.<parts>.json`."""
    out = ctx.actions.declare_file(".".join([ctx.label.name] + parts + ["json"]))
    run_program(
        ctx,
        tool = tool,
        command = command,
        mnemonic = mnemonic,
        progress_message = progress_message,
        options = options,
        outputs = {"--out": out},
        worker = False,
    )
    return out

def _summary(ctx, evaluation, keras, model):
    options = {
        "--classes": evaluation.image_set.classes,
        "--info": model.info,
        "--keras-outputs": keras.outputs,
        "--labels": model.labels,
        "--outputs": evaluation.outputs,
    }
    if evaluation.manifest:
        options["--manifest"] = evaluation.manifest
    return _run(
        ctx,
        parts = [evaluation.subject, "summary"],
        tool = ctx.executable._evaluate,
        command = "summarize",
        mnemonic = "EvaluationSummary",
        progress_message = "Summarising the answers of " + evaluation.subject,
        options = options,
    )

def _facts(ctx, variant):
    return _run(
        ctx,
        parts = [variant.name, "facts"],
        tool = ctx.executable._evaluate,
        command = "describe",
        mnemonic = "VariantFacts",
        progress_message = "Reading sizes, operators and weights of " + variant.name,
        options = {"--manifest": variant.manifest, "--model": variant.model},
    )

def _layers(ctx, variant, baseline, images):
    return _run(
        ctx,
        parts = [variant.name, "layers"],
        tool = ctx.executable._evaluate,
        command = "compare-layers",
        mnemonic = "LayerError",
        progress_message = "Comparing the layers of {} with {}".format(variant.name, baseline.name),
        options = {
            "--baseline-manifest": baseline.manifest,
            "--baseline-model": baseline.model,
            "--count": ctx.attr.layer_images,
            "--images": images,
            "--manifest": variant.manifest,
            "--model": variant.model,
        },
    )

def _keras_sizes(ctx, model):
    return _run(
        ctx,
        parts = ["keras_sizes"],
        tool = ctx.executable._keras_sizes,
        mnemonic = "KerasSizes",
        progress_message = "Saving {} as .keras and .h5 for their sizes".format(model.name),
        options = {"--info": model.info, "--model": model.model},
    )

def _baseline(ctx, variants):
    if ctx.attr.baseline:
        baseline = ctx.attr.baseline[VariantInfo]
        if baseline.name not in [variant.name for variant in variants]:
            fail("{}: `baseline` {} is not among `variants`".format(public_label(ctx.label), baseline.name))
        return baseline
    for variant in variants:
        if variant.recipe_name == "fp32" and not variant.model_info.compression:
            return variant
    fail("{}: no variant of recipe fp32 is among `variants`; add it or set `baseline`".format(public_label(ctx.label)))

def _collect(ctx, variants, baseline, model, image_set):
    keras = ctx.attr.keras_evaluation[EvaluationInfo]
    evaluations = [target[EvaluationInfo] for target in ctx.attr.evaluations]
    options = {
        "--baseline": baseline.name,
        "--calibration": ctx.files.calibrations,
        "--coreml": [target[VariantInfo].manifest for target in ctx.attr.coreml],
        "--coreml-summary": [
            _summary(ctx, target[EvaluationInfo], keras, model)
            for target in ctx.attr.coreml_evaluations
        ],
        "--images-name": ctx.attr.images.label.name,
        "--info": model.info,
        "--keras-sizes": _keras_sizes(ctx, model),
        "--keras-summary": _summary(ctx, keras, keras, model),
        "--layers": [
            _layers(ctx, variant, baseline, image_set.images)
            for variant in variants
            # Other channels make other layers, which do not compare.
            if variant.name != baseline.name and not variant.model_info.compression
        ],
        "--search": ctx.files.searches,
        "--summary": [_summary(ctx, evaluation, keras, model) for evaluation in evaluations],
        "--variant": [_facts(ctx, variant) for variant in variants],
    }
    if ctx.file.published:
        options["--published"] = ctx.file.published
    return _run(
        ctx,
        parts = ["facts"],
        tool = ctx.executable._report,
        command = "collect",
        mnemonic = "ReportFacts",
        progress_message = "Collecting the facts of " + public_label(ctx.label),
        options = options,
    )

def _launcher(ctx, facts, variants, model):
    """Return the program that measures and reports, and the files that it needs."""
    options = {
        "--facts": facts,
        "--keras-info": model.info,
        "--keras-model": model.model,
        "--manifest": [variant.manifest for variant in variants],
        "--variant": [variant.model for variant in variants],
    }
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _LAUNCHER.format(
        tool = ctx.executable._report_run.short_path,
        label = shell_label(ctx.label),
        arguments = shell_options(options),
    ), is_executable = True)
    return launcher, option_files(options)

def _model_report_impl(ctx):
    if not ctx.attr.variants:
        fail("{}: `variants` is empty, expected at least one".format(public_label(ctx.label)))
    variants = variants_of(ctx.label, ctx.attr.variants, camera_input = False, custom_ops = STOCK_INTERPRETER)
    model = same_model(ctx.label, variants)
    if model.model != ctx.attr.model[ModelInfo].model:
        fail("{}: `variants` are made from the model {}, `model` is {}; expected variants of `model`".format(public_label(ctx.label), model.name, ctx.attr.model[ModelInfo].name))
    packages = variants_of(ctx.label, ctx.attr.coreml, format = "mlpackage", camera_input = False)
    same_model(ctx.label, variants + packages)
    baseline = _baseline(ctx, variants)
    facts = _collect(ctx, variants, baseline, model, ctx.attr.images[ImageSetInfo])
    pages = [ctx.actions.declare_file(ctx.label.name + suffix) for suffix in _SUFFIXES]
    run_program(
        ctx,
        tool = ctx.executable._report,
        command = "render",
        mnemonic = "ReportRender",
        progress_message = "Writing the report " + public_label(ctx.label),
        options = {"--facts": facts, "--out": pages[0].dirname, "--stem": ctx.label.name},
        outputs = pages,
        worker = False,
    )
    launcher, files = _launcher(ctx, facts, variants, model)
    runfiles = ctx.runfiles(files = files).merge(ctx.attr._report_run[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = launcher, files = depset(pages), runfiles = runfiles),
        OutputGroupInfo(facts = depset([facts])),
    ]

_model_report = rule(
    implementation = _model_report_impl,
    executable = True,
    attrs = {
        "baseline": attr.label(providers = [VariantInfo]),
        "calibrations": attr.label_list(allow_files = [".json"]),
        "coreml": attr.label_list(providers = [VariantInfo]),
        "coreml_evaluations": attr.label_list(providers = [EvaluationInfo]),
        "evaluations": attr.label_list(providers = [EvaluationInfo]),
        "images": attr.label(providers = [ImageSetInfo], mandatory = True),
        "keras_evaluation": attr.label(providers = [EvaluationInfo], mandatory = True),
        "layer_images": attr.int(default = 4),
        "model": attr.label(providers = [ModelInfo], mandatory = True),
        "published": attr.label(allow_single_file = [".json"]),
        "searches": attr.label_list(allow_files = [".json"]),
        "variants": attr.label_list(providers = [VariantInfo], mandatory = True),
        "_evaluate": program("evaluate:evaluate_program"),
        "_keras_sizes": program("evaluate:keras_sizes_program"),
        "_report": program("report:report_program"),
        "_report_run": program("report:run_program"),
    },
    doc = "See the macro of the same name.",
)

def model_report(name, model, variants, images, baseline = None, calibrations = [], coreml = [], searches = [], published = None, layer_images = 4, **kwargs):
    """What every variant of a model costs and keeps: <name>.html, <name>.md, <name>.csv and <name>.json.

    `bazel build` makes every figure that depends on files alone, and says "not measured" for the rest. `bazel run //x:report --
    --out DIR` measures on this machine and writes the full report and metrics.json into DIR; `--metrics FILE` takes a
    metrics.json (of a measurement_test, or an earlier run) instead, `--device FILE`, repeatable, adds one of a phone or a Pi.

    Args:
      name: target name.
      model: label of the keras_model.
      variants: labels of its variants; the tables have the baseline first, then the others by falling size.
      images: label of an image_set that neither training nor calibration has seen, labelled or not.
      baseline: label of the variant that ratios refer to; the one of recipe fp32 by default.
      calibrations: labels of calibration_report targets of the variants.
      coreml: labels of coreml_variant targets of the model, shown in a table of their own.
      searches: labels of best_variant's lock files, whose trials are shown.
      published: label of a JSON file with published figures of the model, shown in a column of their own
        (python/model_press/report/published.py).
      layer_images: images on which layers are compared with the baseline's.
      **kwargs: common attributes.
    """
    _model_report(
        name = name,
        baseline = baseline,
        calibrations = calibrations,
        coreml = coreml,
        coreml_evaluations = [evaluation_of(variant, images) for variant in coreml],
        evaluations = [evaluation_of(variant, images) for variant in variants],
        images = images,
        keras_evaluation = evaluation_of(model, images),
        layer_images = layer_images,
        model = model,
        published = published,
        searches = searches,
        variants = variants,
        **kwargs
    )
