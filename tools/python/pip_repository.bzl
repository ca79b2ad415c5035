"""Repository rule that installs a pip lock file with the user's own pip client and settings."""

load(":host_python.bzl", "find_python", "run_program")

def _pip_repository_impl(rctx):
    for imported in ["pip_client.py", "site_split.py"]:
        rctx.path(Label("//tools/python/private:" + imported))  # an edit fetches again

    rctx.report_progress("installing {}".format(rctx.attr.lock.name))
    aliases = ["--alias={}={}".format(alias, package) for alias, package in sorted(rctx.attr.aliases.items())]
    stubs = ["--stub=" + package for package in rctx.attr.stubs]
    files = ["--files"] if rctx.os.environ.get("MODEL_PRESS_PACKAGE_FILES") else []
    arguments = [rctx.path(rctx.attr.lock), "--relock=" + rctx.attr.relock] + aliases + stubs + files
    run_program(rctx, find_python(rctx), Label("//tools/python/private:install_site.py"), arguments, timeout = 3600)

pip_repository = repository_rule(
    implementation = _pip_repository_impl,
    attrs = {
        "aliases": attr.string_dict(doc = "Name -> package that stands in for it unless it is installed itself."),
        "lock": attr.label(allow_single_file = True, mandatory = True, doc = "Requirements file with a sha256 for every wheel."),
        "relock": attr.string(mandatory = True, doc = "The target that makes the lock, for messages."),
        "stubs": attr.string_list(doc = "Packages that others import and of which nothing is used: each is an empty module."),
    },
    environ = ["MODEL_PRESS_PACKAGE_FILES", "MODEL_PRESS_PYTHON", "PATH"],
    doc = """Installs a hash-locked requirements file, one py_library a package.

    `@pypi//:scikit_image` is the library of scikit-image with the packages that it requires. Each package is one directory
    artifact, not thousands of files, so that a sandbox costs one symbolic link a package.
    With the variable MODEL_PRESS_PACKAGE_FILES it is the files: Bazel 7 sends a worker empty folders for the directories
    of a program's runfiles.
    """,
)
