"""How rules run the model_press program: one action, one subcommand, in a persistent worker where Bazel allows it."""

load("//tools/python:env.bzl", "PYTHON_ENV")
load("//tools/starlark:label.bzl", "public_label")

def _tool_attr(label):
    return attr.label(default = Label(label), executable = True, cfg = "exec")

# The program with TensorFlow, for what converts or runs Keras models.
TOOL_ATTR = {"_tool": _tool_attr("//python/model_press/process:model_press")}

# The same program without: it starts in a tenth of the time.
LIGHT_TOOL_ATTR = {"_light_tool": _tool_attr("//python/model_press/process:light_tool")}

# What converts to Core ML, and what runs Core ML without TensorFlow.
COREML_TOOL_ATTR = {"_coreml_tool": _tool_attr("//python/model_press/coreml")}
COREML_EVALUATOR_ATTR = {"_coreml_evaluator": _tool_attr("//python/model_press/coreml:evaluator_tool")}

# What fuses input and output into a variant.
FUSED_TOOL_ATTR = {"_fused_tool": _tool_attr("//python/model_press/camera_input/tflite:fused")}
COREML_FUSED_TOOL_ATTR = {"_coreml_fused_tool": _tool_attr("//python/model_press/camera_input/coreml:fused")}

_WORKER = {"supports-workers": "1"}

def tool_arguments(ctx, command):
    """Starts the parameter file of one action.

    Args:
      ctx: rule context.
      command: subcommand of the model_press program.

    Returns:
      An Args object; the caller adds the subcommand's own options.
    """
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s", use_always = True)
    arguments.set_param_file_format("multiline")
    arguments.add(command)
    arguments.add("--label=" + public_label(ctx.label))
    return arguments

def run_tool(ctx, *, tool, mnemonic, progress_message, arguments, inputs, outputs):
    """Registers one action of the model_press program.

    Args:
      ctx: rule context.
      tool: ctx.executable._tool or _light_tool.
      mnemonic: CamelCase mnemonic of the action.
      progress_message: what Bazel prints while it runs.
      arguments: from tool_arguments().
      inputs: list of Files.
      outputs: list of Files.
    """
    ctx.actions.run(
        executable = tool,
        arguments = [arguments],
        inputs = inputs,
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = progress_message,
        env = PYTHON_ENV,
        execution_requirements = _WORKER,
    )
