"""The programs of the steps, as attributes of rules."""

load("//tools/starlark:action.bzl", _run_tool = "run_tool", _tool_arguments = "tool_arguments")

run_tool = _run_tool
tool_arguments = _tool_arguments

def program(name):
    """The attribute of a rule that runs a step's program: a program by step, so that an edit re-runs that step alone.

    Args:
      name: of the program below //python/model_press, such as "convert:convert_program".

    Returns:
      A private label attribute.
    """
    return attr.label(default = Label("//python/model_press/" + name), executable = True, cfg = "exec")
