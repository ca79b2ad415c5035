"""reproducible_test: a variant must have the same bytes whenever and wherever it is made."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "variant_of")
load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")
load(":gate.bzl", "GATE_ATTRS")
load(":tool.bzl", "program")

# Settings that may differ from one machine or day to the next and must not show in the bytes: one thread instead of all
# processors, and another order of Python's sets. The process is a fresh one, not a worker that has converted before.
_OTHER_CONDITIONS = {
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "20",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}

_LAUNCHER = """\
#!/bin/sh
# Runs from the runfiles root: converts once more, then compares.
set -e
again="${{TEST_TMPDIR:-${{TMPDIR:-/tmp}}}}/again"
mkdir -p "$again"
{environment} {convert} --label={label} {conversion} --out-model="$again/{stem}.tflite" --out-manifest="$again/{stem}.manifest.json"
exec {gates} check-reproducible --label={label} --out="${{TEST_UNDECLARED_OUTPUTS_DIR:-.}}/verdict.json" \\
    {compared} --model-again="$again/{stem}.tflite" --manifest-again="$again/{stem}.manifest.json"
"""

def _executable(target):
    return target[DefaultInfo].files_to_run.executable.short_path

def _reproducible_test_impl(ctx):
    variant = variant_of(ctx.label, ctx.attr.variant, camera_input = False)
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        compared = shell_options({"--model": variant.model, "--manifest": variant.manifest}),
        convert = _executable(ctx.attr._convert),
        conversion = shell_options(variant.conversion),
        environment = " ".join(["{}={}".format(name, value) for name, value in _OTHER_CONDITIONS.items()]),
        label = shell_label(ctx.label),
        gates = _executable(ctx.attr._gates),
        # The manifest names its model's file.
        stem = variant.name,
    ), is_executable = True)
    runfiles = ctx.runfiles(files = [variant.model, variant.manifest] + variant.conversion.values())
    for tool in [ctx.attr._convert, ctx.attr._gates]:
        runfiles = runfiles.merge(tool[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

reproducible_test = rule(
    implementation = _reproducible_test_impl,
    test = True,
    attrs = dict(
        variant = attr.label(providers = [VariantInfo], mandatory = True, doc = "The variant."),
        _convert = program("convert:convert_program"),
        **GATE_ATTRS
    ),
    doc = "Red when a second conversion, in a process of its own with one thread and another hash seed, differs in a byte of " +
          "the .tflite or its manifest; it names the tensors, operators, constants, metadata and fields that differ.",
)
