"""`fixture_dir`: a folder that a program fills, as test data."""

load("//tools/python:env.bzl", "PYTHON_ENV")

def _fixture_dir_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add("--out", out.path)
    args.add_all(ctx.attr.arguments)
    ctx.actions.run(
        executable = ctx.executable.tool,
        arguments = [args],
        outputs = [out],
        mnemonic = "FixtureDir",
        progress_message = "Making test data %s" % ctx.label,
        env = PYTHON_ENV,
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

fixture_dir = rule(
    implementation = _fixture_dir_impl,
    doc = "Runs `tool --out FOLDER` with more arguments; the output is the folder.",
    attrs = {
        "arguments": attr.string_list(doc = "The further arguments."),
        "tool": attr.label(cfg = "exec", executable = True, mandatory = True, doc = "The program."),
    },
)
