"""calibration_report: what calibration fixed for each activation of a variant, against what images need."""

load("//models:providers.bzl", "ImageSetInfo", "VariantInfo")
load("//models:variants.bzl", "variants_of")
load("//tools/starlark:label.bzl", "public_label")
load(":tool.bzl", "program", "run_program")

def _calibration_report_impl(ctx):
    variant, float_variant = variants_of(ctx.label, [ctx.attr.variant, ctx.attr.float_variant], camera_input = False)
    if not variant.calibration:
        fail("{}: {} (recipe {}) is not calibrated, expected a variant with `calibration`".format(public_label(ctx.label), public_label(ctx.attr.variant.label), variant.recipe_name))
    if variant.model_info.info != float_variant.model_info.info:
        fail("{}: {} and {} are of different models, expected two variants of one".format(public_label(ctx.label), variant.name, float_variant.name))
    if ctx.attr.count < 1:
        fail("{}: `count` is {}, expected at least one image".format(public_label(ctx.label), ctx.attr.count))
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    run_program(
        ctx,
        tool = ctx.executable._program,
        mnemonic = "CalibrationRanges",
        progress_message = "Comparing the calibrated ranges of {} with its values".format(variant.name),
        command = "calibration-ranges",
        options = {
            "--baseline-manifest": float_variant.manifest,
            "--baseline-model": float_variant.model,
            "--calibration-images": variant.calibration.images,
            "--count": ctx.attr.count,
            "--images": ctx.attr.images[ImageSetInfo].images,
            "--manifest": variant.manifest,
            "--model": variant.model,
        },
        outputs = {"--out": out},
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

calibration_report = rule(
    implementation = _calibration_report_impl,
    attrs = dict(
        count = attr.int(default = 8, doc = "Images of each set to compare on, evenly spread."),
        float_variant = attr.label(providers = [VariantInfo], mandatory = True, doc = "A variant of the same model that computes in float, such as fp32."),
        images = attr.label(providers = [ImageSetInfo], mandatory = True, doc = "Evaluation images, which calibration has not seen."),
        variant = attr.label(providers = [VariantInfo], mandatory = True, doc = "A variant with calibrated activations (int8, int16x8)."),
        _program = program("evaluate:evaluate_program"),
    ),
    doc = "`<name>.json`: for each activation the calibrated range, the 99.9th percentile, outliers by layer, and the share of " +
          "evaluation values that the range cuts off (schema: Report in python/model_press/evaluate/calibration_ranges.py).",
)
