"""`pi_deb`."""

load("//tools/starlark:action.bzl", "run_tool", "tool_arguments")
load(":pi_runner.bzl", "PiRunnerInfo")

PiDebInfo = provider(
    doc = "A Debian package.",
    fields = {
        "file": "File: the .deb.",
        "package": "string: its name.",
        "runner": "PiRunnerInfo of what it installs.",
    },
)

_ARCHITECTURES = {"aarch64": "arm64", "x86_64": "amd64"}

def _pi_deb_impl(ctx):
    runner = ctx.attr.runner[PiRunnerInfo]
    machine = runner.tags[0].partition("-")[2]
    out = ctx.actions.declare_file("{}_{}_{}.deb".format(
        ctx.attr.package,
        ctx.attr.version,
        _ARCHITECTURES.get(machine, machine),
    ))
    templates = ctx.files._templates
    arguments = tool_arguments(ctx)
    arguments.add("--runner=" + runner.file.path)
    arguments.add("--templates=" + templates[0].dirname)
    arguments.add("--package=" + ctx.attr.package)
    arguments.add("--version=" + ctx.attr.version)
    arguments.add("--maintainer=" + ctx.attr.maintainer)
    arguments.add("--out=" + out.path)
    run_tool(
        ctx,
        tool = ctx.executable._pack_deb,
        arguments = arguments,
        inputs = [runner.file] + templates + ctx.files._dpkg_deb,
        outputs = [out],
        mnemonic = "PackPiDeb",
        progress_message = "Packing {}".format(out.basename),
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin"},
        worker = False,
    )
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out])),
        PiDebInfo(file = out, package = ctx.attr.package, runner = runner),
    ]

pi_deb = rule(
    implementation = _pi_deb_impl,
    doc = """A Debian package of a `pi_runner`: program, systemd service, configuration, man page.

    Its output is `<package>_<version>_<architecture>.deb`. The service runs as a user of its own that can write nothing.
    The same inputs give the same bytes. Needs this machine's dpkg-deb.
    """,
    attrs = {
        "maintainer": attr.string(
            default = "model_press authors <model-press@example.org>",
            doc = "Name <mail address>, as Debian writes it.",
        ),
        "package": attr.string(
            default = "model-press-runner",
            doc = "Name of package, program and service.",
        ),
        "runner": attr.label(mandatory = True, providers = [PiRunnerInfo], doc = "The pi_runner to install."),
        "version": attr.string(default = "0.1.0", doc = "Version, without epoch and revision."),
        "_dpkg_deb": attr.label(default = Label("@host_tools//:dpkg-deb"), cfg = "exec"),
        "_pack_deb": attr.label(
            default = Label("//rpi/private:pack_deb"),
            cfg = "exec",
            executable = True,
        ),
        "_templates": attr.label(default = Label("//rpi/debian:templates")),
    },
)
