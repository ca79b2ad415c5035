"""Actions that run a user's own generator program (training, data synthesis)."""

load("//tools/python:env.bzl", "PYTHON_ENV")

def run_generator(ctx, *, mnemonic, progress_message, outputs, network = False):
    """Runs `ctx.executable.generator` with its expanded arguments and the output options.

    Args:
      ctx: rule context with GENERATOR_ATTRS among its attributes.
      mnemonic: CamelCase mnemonic of the action.
      progress_message: what Bazel prints while it runs.
      outputs: dict of option name (such as "--out") to File.
      network: whether the program may reach the network (Keras' own weight loader).
    """
    arguments = ctx.actions.args()
    for argument in ctx.attr.generator_args:
        arguments.add(ctx.expand_location(argument, ctx.attr.generator_data))
    for option, file in outputs.items():
        arguments.add(option, file)
    ctx.actions.run(
        executable = ctx.executable.generator,
        arguments = [arguments],
        inputs = ctx.files.generator_data,
        outputs = outputs.values(),
        mnemonic = mnemonic,
        progress_message = progress_message,
        env = PYTHON_ENV,
        execution_requirements = {"requires-network": "1"} if network else {},
    )

GENERATOR_ATTRS = {
    "generator": attr.label(
        executable = True,
        cfg = "exec",
        doc = "Program that makes the files instead of `src`/`srcs`.",
    ),
    "generator_args": attr.string_list(
        doc = "Arguments of the generator; `$(location LABEL)` names a file of generator_data.",
    ),
    "generator_data": attr.label_list(
        allow_files = True,
        doc = "Files that the generator reads.",
    ),
}
