"""The common part of every gate: a test that runs one check of the model_press program on files of the build."""

load(":tool.bzl", "LIGHT_TOOL_ATTR", "public_label")

_LAUNCHER = """\
#!/bin/sh
# Runs from the runfiles root. The verdict goes to the log, the same as JSON to the test's outputs.
exec {tool} {command} --label={label} --out="${{TEST_UNDECLARED_OUTPUTS_DIR:-.}}/verdict.json" {arguments}
"""

GATE_ATTRS = LIGHT_TOOL_ATTR

def gate(ctx, *, command, options, files):
    """Makes the providers of a gate.

    Args:
      ctx: context of a test rule with GATE_ATTRS.
      command: subcommand of the model_press program.
      options: dict of option name to File or string.
      files: list of Files that the options name.

    Returns:
      List of providers of a test rule.
    """
    arguments = []
    for option, value in options.items():
        text = value.short_path if type(value) == "File" else str(value)
        arguments.append("{}='{}'".format(option, text))
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        tool = ctx.executable._light_tool.short_path,
        command = command,
        label = public_label(ctx.label),
        arguments = " ".join(arguments),
    ), is_executable = True)
    runfiles = ctx.runfiles(files = files).merge(ctx.attr._light_tool[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]
