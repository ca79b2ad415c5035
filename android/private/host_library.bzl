"""`host_library`."""

load("//tools/python:env.bzl", "PYTHON_ENV")

def _host_library_impl(ctx):
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [ctx.actions.args().add("--src", ctx.file.src).add("--out", ctx.outputs.out)],
        inputs = [ctx.file.src],
        outputs = [ctx.outputs.out],
        mnemonic = "HostLibrary",
        progress_message = "Making %s loadable on this machine" % ctx.outputs.out.basename,
        env = PYTHON_ENV,
    )
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

host_library = rule(
    implementation = _host_library_impl,
    doc = "An Android x86_64 library changed so that glibc loads it; it needs //android/host:liblog.so beside it.",
    attrs = {
        "out": attr.output(mandatory = True),
        "src": attr.label(allow_single_file = [".so"], mandatory = True),
        "_tool": attr.label(
            default = Label("//android/host:make_host_library"),
            cfg = "exec",
            executable = True,
        ),
    },
)
