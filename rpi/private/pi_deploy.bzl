"""`pi_deploy`."""

load("//tools/starlark:label.bzl", "public_label")
load("//tools/starlark:launcher.bzl", "shell_options")
load(":pi_deb.bzl", "PiDebInfo")
load(":pi_runner.bzl", "PiRunnerInfo")

# Runs from the runfiles; a path that the user gives is one of the folder that they are in.
_LAUNCHER = """\
#!/bin/sh
export BUILD_WORKING_DIRECTORY="${{BUILD_WORKING_DIRECTORY:-$PWD}}"
if [ -d "$0.runfiles/{workspace}" ]; then
  cd "$0.runfiles/{workspace}" || exit
fi
exec {tool} {arguments} "$@"
"""

def _pi_deploy_impl(ctx):
    runner = ctx.attr.runner[PiRunnerInfo]
    name = ctx.attr.program or runner.file.basename
    folder = ctx.attr.folder
    unit = ctx.actions.declare_file(ctx.label.name + ".service")
    ctx.actions.expand_template(
        template = ctx.file._unit,
        output = unit,
        substitutions = {
            "@OPTIONS@": ctx.attr.service_options,
            "@PROGRAM@": "{}/{}".format(folder if folder.startswith("/") else "%h/" + folder, name),
        },
    )
    options = {
        "--folder": folder,
        "--label": public_label(ctx.label),
        "--name": name,
        "--runner": runner.file,
        "--unit": unit,
    }
    files = [runner.file, unit]
    if ctx.attr.package:
        package = ctx.attr.package[PiDebInfo]
        if package.runner.file != runner.file:
            fail("{}: package {} installs {}, not {}".format(
                public_label(ctx.label),
                public_label(ctx.attr.package.label),
                public_label(package.runner.file.owner),
                public_label(runner.file.owner),
            ))
        options["--deb"] = package.file
        options["--deb-name"] = package.package
        files.append(package.file)
    launcher = ctx.actions.declare_file(ctx.label.name)
    tool = ctx.attr._deploy[DefaultInfo]
    ctx.actions.write(launcher, _LAUNCHER.format(
        arguments = shell_options(options),
        tool = tool.files_to_run.executable.short_path,
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return [
        DefaultInfo(
            executable = launcher,
            files = depset([launcher]),
            runfiles = ctx.runfiles(files = files).merge(tool.default_runfiles),
        ),
        OutputGroupInfo(unit = depset([unit])),
    ]

pi_deploy = rule(
    implementation = _pi_deploy_impl,
    doc = """Puts a `pi_runner` on a Raspberry Pi: `bazel run TARGET -- HOST`.

    Copies the runner by ssh and rsync (only what changed is sent), checks its sha256 there, starts it once, and renames it
    over the old one. `--package` installs the Debian package instead, `--service` also (re)starts the service,
    `--dry-run` prints the commands and runs none. User, port and key of the host belong in ssh's own configuration.
    A host with the wrong Python or machine is refused before anything is copied. Output group `unit`: the user's service.
    """,
    attrs = {
        "folder": attr.string(
            default = ".local/bin",
            doc = "Where the runner goes: absolute, or in the user's home on the Pi.",
        ),
        "package": attr.label(
            providers = [PiDebInfo],
            doc = "The pi_deb of the same runner, for --package.",
        ),
        "program": attr.string(doc = "Name of the runner, and of the user's service, on the Pi; by default the target's name."),
        "runner": attr.label(mandatory = True, providers = [PiRunnerInfo], doc = "The pi_runner."),
        "service_options": attr.string(
            default = "--host=127.0.0.1 --port=8080",
            doc = "Options of `serve` in the user's service. A package's service reads /etc/default instead. With --host=0.0.0.0 the Pi needs a token, see rpi/README.md.",
        ),
        "_deploy": attr.label(
            default = Label("//rpi/private:deploy"),
            cfg = "exec",
            executable = True,
        ),
        "_unit": attr.label(default = Label("//rpi/private:user.service.in"), allow_single_file = True),
    },
    executable = True,
)
