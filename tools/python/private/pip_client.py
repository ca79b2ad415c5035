"""Runs the user's own pip on a hash-locked requirements file, and tells a failure in one line.

As a program, run by pi_site, it installs for another machine into the folder `site`, without running any of it:
pip_client.py LOCK [--python 3.11 --machine aarch64 --glibc 36]
Standard library and pip only: nothing else exists yet when a repository rule runs this.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

# A row of RECORD: pip writes the place that a program has outside a --target folder.
_LAUNCHER = re.compile(r"\"?(\.\./)*bin/")

_OLDEST_GLIBC = 17  # manylinux2014


@dataclasses.dataclass(frozen=True)
class Request:
    """The description of an installation in error messages.

    relock: label of the target that makes the lock. space: disk that it needs. target: what the wheels are for.
    supported: which targets the lock serves, where that is worth saying.
    """

    relock: str
    space: str
    target: str
    supported: str = ""


def explain(output: str, lock: str, request: Request) -> str:
    """Return a one-line reason for a failure from pip's output."""
    mismatch = re.search(
        r"DO NOT MATCH THE HASHES.*?\n\s*(?P<package>\S+).*?Expected sha256 (?P<expected>\w+).*?"
        r"Got\s+(?P<got>\w+)",
        output,
        re.DOTALL,
    )
    if mismatch:
        return (
            f"{mismatch['package']}: sha256 is {mismatch['got']}, expected {mismatch['expected']} "
            f"from {lock}; a changed file is refused, re-lock with `bazel run {request.relock}` "
            "if the change is wanted"
        )
    if "No space left" in output:
        return (
            f"no disk space left while installing {lock}; {request.space} are needed under Bazel's "
            "output base"
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
        supported = f"; expected {request.supported}" if request.supported else ""
        return f"{missing[1]} of {lock} has no wheel for {request.target} in pip's index{supported}"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return f"installing {lock} failed: {(errors or lines or ['pip said nothing'])[-1]}"


def forget_launchers(site: pathlib.Path) -> None:
    """Take the launchers' rows out of every RECORD of a folder: the same bytes on every machine.

    A launcher begins with the place of this machine's Python, so its hash is this machine's, too.
    """
    for record in site.glob("*.dist-info/RECORD"):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not _LAUNCHER.match(line)), "utf-8")


def install(
    lock: pathlib.Path, site: pathlib.Path, request: Request, options: Sequence[str] = ()
) -> None:
    """Install `lock` into `site`, or exit with one line and leave no `site` behind.

    Args:
      options: further options of `pip install`.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-input", "--no-deps", "--no-compile", "--require-hashes"),
            *("--only-binary=:all:", f"--target={site}", f"--requirement={lock}", *options),
        ],
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        shutil.rmtree(site, ignore_errors=True)
        sys.exit(explain(done.stdout + "\n" + done.stderr, lock.name, request))


def platforms(machine: str, glibc: int) -> list[str]:
    """Return pip's platform names for a machine with glibc 2.<glibc>, newest first."""
    names = [f"manylinux_2_{minor}_{machine}" for minor in range(glibc, _OLDEST_GLIBC - 1, -1)]
    return [*names, f"manylinux2014_{machine}"]


def remove_launchers(site: pathlib.Path) -> None:
    """Remove the launchers, which name this machine's Python, and their hashes."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    forget_launchers(site)


def main(argv: Sequence[str]) -> None:
    """Fill `site`, or exit with one line and leave none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=pathlib.Path)
    parser.add_argument("--python", help="version such as 3.11; this one's if not given")
    parser.add_argument("--machine")
    parser.add_argument("--glibc", type=int)
    options = parser.parse_args(argv)
    chosen, target, site = [], "this machine", pathlib.Path("site")
    if options.python:
        chosen = [f"--python-version={options.python}", "--implementation=cp"]
        chosen += [f"--platform={name}" for name in platforms(options.machine, options.glibc)]
        target = f"CPython {options.python} on Linux {options.machine}"
    install(options.lock, site, Request("//tools/pi:lock", "200 MB", target), chosen)
    remove_launchers(site)


if __name__ == "__main__":
    main(sys.argv[1:])
