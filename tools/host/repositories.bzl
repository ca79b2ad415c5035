"""@host_tools, declared once for WORKSPACE and MODULE.bazel."""

load(":host_tools.bzl", "host_tools")

def host_repositories():
    """Declares @host_tools, one filegroup for each kind of action that runs the machine's programs."""
    host_tools(
        name = "host_tools",
        groups = {
            # The driver is the same file for C and C++; the others do the work behind it.
            "compiler": ["gcc", "as", "ld"],
            "dpkg-deb": ["dpkg-deb", "tar"],
            # Of run_shell.
            "shell": ["bash", "cp", "dirname", "find", "grep", "head", "mkdir", "rm", "sed", "sort"],
        },
    )
