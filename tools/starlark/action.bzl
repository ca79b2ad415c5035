"""How rules run a step's program: one action, in a persistent worker where Bazel allows it."""

load("//tools/python:env.bzl", "PYTHON_ENV")
load(":label.bzl", "public_label")

_WORKER = {"supports-workers": "1"}

def tool_arguments(ctx, command = None):
    """Starts the parameter file of one action.

    Args:
      ctx: rule context.
      command: subcommand, of a program that has several.

    Returns:
      An Args object; the caller adds the program's own options.
    """
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s", use_always = True)
    arguments.set_param_file_format("multiline")
    if command:
        arguments.add(command)
    arguments.add("--label=" + public_label(ctx.label))
    return arguments

def run_tool(ctx, *, tool, mnemonic, progress_message, arguments, inputs, outputs, tools = [], env = {}, worker = True):
    """Registers one action of a step's program.

    Args:
      ctx: rule context.
      tool: executable of the program.
      mnemonic: CamelCase mnemonic of the action.
      progress_message: what Bazel prints while it runs.
      arguments: from tool_arguments().
      inputs: list of Files.
      outputs: list of Files.
      tools: list of programs that it runs in turn.
      env: environment variables beside those of every Python program.
      worker: whether it may run in a persistent worker.
    """
    ctx.actions.run(
        executable = tool,
        arguments = [arguments],
        inputs = inputs,
        tools = tools,
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = progress_message,
        env = dict(PYTHON_ENV, **env),
        execution_requirements = _WORKER if worker else {},
    )
