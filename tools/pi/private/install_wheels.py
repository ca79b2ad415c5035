"""Installs a hash-locked requirements file for another machine into the folder `site`, without running any of it.

Run by pi_site: install_wheels.py LOCK [--python 3.11 --machine aarch64 --glibc 36]
Standard library and pip only. Where it fails, its last line says why.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

_OLDEST_GLIBC = 17  # manylinux2014


def platforms(machine: str, glibc: int) -> list[str]:
    """pip's names of what a machine with glibc 2.<glibc> runs, newest first."""
    names = [f"manylinux_2_{minor}_{machine}" for minor in range(glibc, _OLDEST_GLIBC - 1, -1)]
    return [*names, f"manylinux2014_{machine}"]


def explain(output: str, lock: str, target: str) -> str:
    """The one line of what went wrong, from all that pip printed."""
    mismatch = re.search(
        r"DO NOT MATCH THE HASHES.*?\n\s*(?P<package>\S+).*?Expected sha256 (?P<expected>\w+).*?Got\s+(?P<got>\w+)",
        output,
        re.DOTALL,
    )
    if mismatch:
        return (
            f"{mismatch['package']}: sha256 is {mismatch['got']}, expected {mismatch['expected']} from {lock}; a "
            "changed file is refused, re-lock with `bazel run //tools/pi:lock` if the change is wanted"
        )
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if missing:
        return f"{missing[1]} of {lock} has no wheel for {target} in pip's index"
    if "No module named pip" in output:
        return "this Python has no pip; run ./bazelw once or `apt-get install python3-pip`"
    if "No space left" in output:
        return f"no disk space left while installing {lock}; 200 MB are needed under Bazel's output base"
    if re.search(r"name resolution|NewConnectionError|Network is unreachable|ProxyError", output):
        return f"no package index is reachable for {lock}; check the network or `pip config list`"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return f"installing {lock} failed: {(errors or lines or ['pip said nothing'])[-1]}"


def main(argv: Sequence[str]) -> None:
    """Fills `site`, or exits with one line and leaves none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock")
    parser.add_argument("--python", help="version such as 3.11; this one's if not given")
    parser.add_argument("--machine")
    parser.add_argument("--glibc", type=int)
    options = parser.parse_args(argv)
    chosen, target = [], "this machine"
    if options.python:
        chosen = [f"--python-version={options.python}", "--implementation=cp"]
        chosen += [f"--platform={name}" for name in platforms(options.machine, options.glibc)]
        target = f"CPython {options.python} on Linux {options.machine}"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-input", "--no-deps", "--no-compile", "--require-hashes"),
            *("--only-binary=:all:", "--target=site", f"--requirement={options.lock}", *chosen),
        ],
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        shutil.rmtree("site", ignore_errors=True)
        sys.exit(explain(done.stdout + "\n" + done.stderr, os.path.basename(options.lock), target))
    # Launchers of this machine's Python.
    shutil.rmtree("site/bin", ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
