"""The common part of every gate: a test that runs one check of a program on files of the build."""

load("//models:providers.bzl", "VariantInfo")
load("//models:variants.bzl", "STOCK_INTERPRETER", "variants_of")
load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")
load(":tool.bzl", "option_files", "program")

_LAUNCHER = """\
#!/bin/sh
# Runs from the runfiles root. The verdict goes to the log, the same as JSON to the test's outputs.
{environment}exec {tool} {command} --label={label} --out="${{TEST_UNDECLARED_OUTPUTS_DIR:-.}}/{out}" {arguments}
"""

GATE_ATTRS = {"_gates": program("gates:gates_program")}

# Of a gate that measures two variants in turns.
RATIO_ATTRS = dict(
    baseline = attr.label(providers = [VariantInfo], mandatory = True),
    threads = attr.int(default = 1),
    variant = attr.label(providers = [VariantInfo], mandatory = True),
    **GATE_ATTRS
)

# A measurement is of this machine at this moment: alone on it, never from a cache.
MEASURED_TAGS = [
    "exclusive",
    "external",
    "no-remote-cache",
    "no-remote-exec",
]

def gate(ctx, *, command, options, files = [], tool = None, out = "verdict.json", env = {}):
    """Makes the providers of a gate.

    Args:
      ctx: context of a test rule with GATE_ATTRS.
      command: subcommand of the program, or "" for a program that has none.
      options: dict of option name to File or string, or to a list of such.
      files: list of Files that the options name in another way.
      tool: the attribute that holds the program; the one of gates by default.
      out: name of the file that it writes to the test's outputs.
      env: environment variables of the program.

    Returns:
      List of providers of a test rule.
    """
    tool = tool or ctx.attr._gates
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        tool = tool[DefaultInfo].files_to_run.executable.short_path,
        command = command,
        environment = "".join(["export {}={}\n".format(name, value) for name, value in env.items()]),
        out = out,
        label = shell_label(ctx.label),
        arguments = shell_options(options),
    ), is_executable = True)
    runfiles = ctx.runfiles(files = option_files(options) + files).merge(tool[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

def ratio_gate(ctx, command, bound):
    """Makes the providers of a gate with RATIO_ATTRS.

    Args:
      ctx: context of the test rule.
      command: subcommand of the program.
      bound: dict of the option that states the largest ratio.

    Returns:
      List of providers of a test rule.
    """
    variants = variants_of(ctx.label, [ctx.attr.variant, ctx.attr.baseline], custom_ops = STOCK_INTERPRETER)
    options = {"--model": variants[0].model, "--baseline": variants[1].model, "--threads": ctx.attr.threads}
    return gate(ctx, command = command, options = dict(options, **bound))
