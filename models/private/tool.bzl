"""The programs of the steps, as attributes of rules and as actions."""

load("//tools/starlark:action.bzl", "run_tool", "tool_arguments")

def program(name):
    """The attribute of a rule that runs a step's program: a program by step, so that an edit re-runs that step alone.

    Args:
      name: of the program below //python/model_press, such as "convert:convert_program".

    Returns:
      A private label attribute.
    """
    return attr.label(default = Label("//python/model_press/" + name), executable = True, cfg = "exec")

def option_files(options):
    """The Files among the values of options; see run_program."""
    files = []
    for values in options.values():
        files += [value for value in (values if type(values) == "list" else [values]) if type(value) == "File"]
    return files

def run_program(ctx, *, tool, mnemonic, progress_message, options, outputs, command = None, flags = [], inputs = [], **kwargs):
    """Registers one action of a step's program.

    Args:
      ctx: rule context.
      tool: executable of the program.
      mnemonic: CamelCase mnemonic of the action.
      progress_message: what Bazel prints.
      options: dict of option to File, string or number, or to a list of such, which repeats the option. Files are inputs.
      outputs: dict of option to File, or a list of Files that `options` names in another way.
      command: subcommand, of a program that has several.
      flags: options without a value.
      inputs: further input Files.
      **kwargs: of run_tool.
    """
    named = outputs if type(outputs) == "dict" else {}
    arguments = tool_arguments(ctx, command)
    arguments.add_all(flags)
    for option, values in dict(options, **named).items():
        for value in values if type(values) == "list" else [values]:
            arguments.add("{}={}".format(option, value.path if type(value) == "File" else value))
    run_tool(
        ctx,
        tool = tool,
        mnemonic = mnemonic,
        progress_message = progress_message,
        arguments = arguments,
        inputs = option_files(options) + inputs,
        outputs = named.values() or outputs,
        **kwargs
    )
