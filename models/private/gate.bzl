"""The common part of every gate: a test that runs one check of a program on files of the build."""

load("//tools/starlark:launcher.bzl", "shell_label", "shell_options")
load(":tool.bzl", "program")

_LAUNCHER = """\
#!/bin/sh
# Runs from the runfiles root. The verdict goes to the log, the same as JSON to the test's outputs.
{environment}exec {tool} {command} --label={label} --out="${{TEST_UNDECLARED_OUTPUTS_DIR:-.}}/{out}" {arguments}
"""

GATE_ATTRS = {"_gates": program("gates:gates_program")}

# A measurement is of this machine at this moment: alone on it, never from a cache.
MEASURED_TAGS = [
    "exclusive",
    "external",
    "no-remote-cache",
    "no-remote-exec",
]

def gate(ctx, *, command, options, files, tool = None, out = "verdict.json", env = {}):
    """Makes the providers of a gate.

    Args:
      ctx: context of a test rule with GATE_ATTRS.
      command: subcommand of the program, or "" for a program that has none.
      options: dict of option name to File, string or list of strings.
      files: list of Files that the options name.
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
    runfiles = ctx.runfiles(files = files).merge(tool[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]
