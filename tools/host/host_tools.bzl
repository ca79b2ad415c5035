"""The machine's own programs as files of the build."""

# Where an action finds programs: the PATH of bash where there is none, and the one that rules set.
_ACTION_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin"]

def _find(rctx, program):
    for folder in rctx.attr.folders:
        path = rctx.path(folder + "/" + program)
        if path.exists:
            return path
    return rctx.which(program)

def _host_tools_impl(rctx):
    done = {}
    rules = []
    for group, programs in rctx.attr.groups.items():
        for program in programs:
            if program in done:
                continue
            done[program] = True
            path = _find(rctx, program)
            if path:
                rctx.symlink(path, "bin/" + program)
            else:
                # The action that needs it says so; others go on.
                rctx.file("bin/" + program, "absent\n", executable = False)
        rules.append("filegroup(name = %s, srcs = %s)" % (repr(group), repr(["bin/" + program for program in programs])))
    rctx.file("BUILD.bazel", "package(default_visibility = [\"//visibility:public\"])\n\n" + "\n".join(rules) + "\n")

host_tools = repository_rule(
    implementation = _host_tools_impl,
    attrs = {
        "folders": attr.string_list(default = _ACTION_FOLDERS, doc = "Searched first, then the PATH."),
        "groups": attr.string_list_dict(mandatory = True, doc = "Name of a filegroup -> programs in it."),
    },
    environ = ["PATH"],
    local = True,
    doc = """The programs that actions run without having built or fetched them, as links to the machine's own.

    An action that takes the filegroup as input has the programs' bytes in its cache key: two distributions that share a cache
    do not get each other's results, and an upgrade makes the action run again.
    """,
)
