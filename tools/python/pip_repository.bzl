"""Repository rule that installs a pip lock file with the user's own pip client and settings."""

load(":host_python.bzl", "find_python")

def _one_line(text):
    """The line of pip's output that says what went wrong."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for marker in ["No space left", "DO NOT MATCH", "No matching distribution", "Could not find", "Connection", "Temporary failure", "ERROR:"]:
        for line in lines:
            if marker in line:
                return line
    return lines[-1] if lines else "pip said nothing"

def _explain(rctx, output):
    lock = "//{}:{}".format(rctx.attr.lock.package, rctx.attr.lock.name)
    if "DO NOT MATCH THE HASHES" in output:
        # pip names the requirement, then the expected and the found digest.
        after = output.split("DO NOT MATCH THE HASHES", 1)[1].split("\n")
        named = [line.strip() for line in after if line.strip()]
        package = named[1] if len(named) > 1 else "a package"
        digests = [line.split("sha256", 1)[1].strip() for line in named if line.startswith("Expected sha256")] or ["?"]
        got = [line.rsplit(" ", 1)[1] for line in named if line.startswith("Got")] or ["?"]
        return "{}: sha256 is {}, expected {} from {}; a changed file is refused, re-lock with `bazel run //tools/python:lock` if the change is wanted".format(package, got[0], digests[0], lock)
    if "No space left" in output:
        return "no disk space left while installing {}; 5 GB are needed under the output base".format(lock)
    if "No module named pip" in output:
        return "this Python has no pip; run ./bazelw once or `apt-get install python3-pip`"
    if "Temporary failure in name resolution" in output or "Failed to establish a new connection" in output or "NewConnectionError" in output:
        return "no package index is reachable (installing {}); check the network or pip's index settings (`pip config list`)".format(lock)
    return "installing {} failed: {}".format(lock, _one_line(output))

def _pip_repository_impl(rctx):
    python = find_python(rctx)
    lock = rctx.path(rctx.attr.lock)
    split = rctx.path(Label("//tools/python/private:split_site.py"))

    rctx.report_progress("installing {}".format(rctx.attr.lock.name))
    installed = rctx.execute(
        [
            python.path,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-deps",
            "--no-compile",
            "--require-hashes",
            "--only-binary=:all:",
            "--target=all",
            "--requirement={}".format(lock),
        ],
        environment = {"PIP_ROOT_USER_ACTION": "ignore"},
        timeout = 3600,
    )
    if installed.return_code:
        rctx.delete("all")
        fail("Python packages: " + _explain(rctx, installed.stdout + "\n" + installed.stderr))

    arguments = ["{}={}".format(alias, package) for alias, package in sorted(rctx.attr.aliases.items())]
    done = rctx.execute([python.path, split, "all"] + arguments, timeout = 600)
    if done.return_code:
        fail("Python packages: " + _one_line(done.stderr))

    # Actions cannot write into a repository, so without this every process compiles what it imports: 5 s for TensorFlow.
    # unchecked-hash: no timestamps, the same bytes each time.
    compiled = rctx.execute([
        python.path,
        "-m",
        "compileall",
        "-q",
        "-j0",
        "--invalidation-mode=unchecked-hash",
        "-s" + str(rctx.path(".")),
        "-p/",
        ".",
    ], timeout = 1800, quiet = True)
    if compiled.return_code and "No space left" in compiled.stderr:
        fail("Python packages: no disk space left while compiling {}".format(rctx.attr.lock.name))

pip_repository = repository_rule(
    implementation = _pip_repository_impl,
    attrs = {
        "aliases": attr.string_dict(doc = "Name -> package that stands in for it where it is installed itself."),
        "lock": attr.label(allow_single_file = True, mandatory = True, doc = "Requirements file with a sha256 for every wheel."),
    },
    environ = ["MODEL_PRESS_PYTHON", "PATH"],
    doc = """Installs a hash-locked requirements file, one py_library a package.

    `@pypi//:scikit_image` is the library of scikit-image with the packages that it requires. Each package is one directory
    artifact, not thousands of files, so that a sandbox costs one symbolic link a package.
    """,
)
