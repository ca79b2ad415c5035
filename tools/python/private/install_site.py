"""Installs a hash-locked requirements file into the current folder, one sub-folder and py_library a package.

Run by pip_repository: install_site.py LOCK [--alias NAME=PACKAGE ...] [--stub PACKAGE ...]
Standard library and pip only: nothing else exists yet when it runs. Where it fails, its last line says why.
"""

import argparse
import compileall
import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

import site_split

_LOCK = "third_party/python/requirements_lock.txt"


def explain(output: str, lock: str) -> str:
    """The one line of what went wrong, from all that pip printed."""
    mismatch = re.search(
        r"DO NOT MATCH THE HASHES.*?\n\s*(?P<package>\S+).*?Expected sha256 (?P<expected>\w+).*?"
        r"Got\s+(?P<got>\w+)",
        output,
        re.DOTALL,
    )
    if mismatch:
        return (
            f"{mismatch['package']}: sha256 is {mismatch['got']}, expected {mismatch['expected']} "
            f"from {lock}; a changed file is refused, re-lock with `bazel run //tools/python:lock` "
            "if the change is wanted"
        )
    if "No space left" in output:
        return (
            f"no disk space left while installing {lock}; 5 GB are needed under Bazel's output base"
        )
    if "No module named pip" in output:
        return "this Python has no pip; run ./bazelw once or `apt-get install python3-pip`"
    if re.search(r"name resolution|NewConnectionError|Network is unreachable|ProxyError", output):
        return (
            f"no package index is reachable for {lock}; check the network or pip's index settings "
            "(`pip config list`)"
        )
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if missing:
        return (
            f"{missing[1]} of {lock} has no wheel for Python {sys.version_info.major}.{sys.version_info.minor} on "
            f"{sys.platform} in pip's index; expected CPython 3.11 to 3.13 on Linux x86_64 or macOS arm64"
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return f"installing {lock} failed: {(errors or lines or ['pip said nothing'])[-1]}"


def install(lock: pathlib.Path, options: list[str], site: pathlib.Path) -> None:
    """Installs `lock` into `site`, or exits with one line and leaves no `site` behind."""
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
            ),
            *("--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:"),
            *(f"--target={site}", f"--requirement={lock}", *options),
        ],
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        shutil.rmtree(site, ignore_errors=True)
        sys.exit(explain(done.stdout + "\n" + done.stderr, lock.name))


def add_stub(package: str, site: pathlib.Path) -> None:
    """Adds an empty package that can be imported and does nothing, as if `package` were installed."""
    info = site / f"{package}-0.dist-info"
    info.mkdir()
    (site / f"{package}.py").write_text(
        f'"""Stands in for {package}, of which nothing is used."""\n'
    )
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0\n")
    (info / "RECORD").write_text(f"{package}.py,,\n")


def compile_all(folder: pathlib.Path) -> None:
    """Writes bytecode beside every source of `folder`.

    Actions cannot write into a repository, so without this every process compiles what it imports: 5 s for TensorFlow.
    Unchecked hashes carry no time stamp, and `/` stands for the folder: the same bytes on every machine.
    """
    # Some wheels carry templates and Python 2 sources; that those do not compile is no news.
    with contextlib.redirect_stdout(io.StringIO()):
        compileall.compile_dir(
            folder,
            maxlevels=100,
            quiet=2,
            workers=0,
            stripdir=str(folder.resolve()),
            prependdir="/",
            invalidation_mode=compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def main(lock: str, aliases: Sequence[str] = (), stubs: Sequence[str] = ()) -> None:
    """Installs, splits and compiles in the current folder."""
    site = pathlib.Path("all")
    install(pathlib.Path(lock), [], site)
    for package in stubs:
        add_stub(package, site)
    site_split.split(site, dict(alias.split("=", 1) for alias in aliases))
    compile_all(pathlib.Path("."))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock")
    parser.add_argument("--alias", action="append", default=[])
    parser.add_argument("--stub", action="append", default=[])
    options = parser.parse_args()
    main(options.lock, options.alias, options.stub)
