"""Installs a hash-locked requirements file for another machine into the folder `site`, without running any of it.

Run by pi_site: install_wheels.py LOCK [--python 3.11 --machine aarch64 --glibc 36]
Standard library and pip only. Where it fails, its last line says why.
"""

import argparse
import pathlib
import shutil
import sys
from collections.abc import Sequence

import pip_client

_OLDEST_GLIBC = 17  # manylinux2014


def platforms(machine: str, glibc: int) -> list[str]:
    """Return pip's platform names for a machine with glibc 2.<glibc>, newest first."""
    names = [f"manylinux_2_{minor}_{machine}" for minor in range(glibc, _OLDEST_GLIBC - 1, -1)]
    return [*names, f"manylinux2014_{machine}"]


def _request(target: str) -> pip_client.Request:
    return pip_client.Request(relock="//tools/pi:lock", space="200 MB", target=target)


def explain(output: str, lock: str, target: str) -> str:
    """Return a one-line reason for a failure from pip's output."""
    return pip_client.explain(output, lock, _request(target))


def remove_launchers(site: pathlib.Path) -> None:
    """Remove the launchers, which name this machine's Python, and their hashes."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    pip_client.forget_launchers(site)


def main(argv: Sequence[str]) -> None:
    """Fill `site`, or exit with one line and leave none."""
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
    pip_client.install(pathlib.Path(options.lock), pathlib.Path("site"), _request(target), chosen)
    remove_launchers(pathlib.Path("site"))


if __name__ == "__main__":
    main(sys.argv[1:])
