"""How tests start a runner file: as this machine does, or on an emulated Raspberry Pi."""

import os
import pathlib
import subprocess

import debian

RUNNER = os.path.abspath(os.environ["PI_RUNNER"])


def command() -> list[str]:
    """Return the words before the runner's own arguments.

    With PI_QEMU (folder of Debian's qemu-user) and PI_ROOT (folder of an arm64 Debian) it is the arm64 Python PI_PYTHON
    on a processor PI_CPU, such as cortex-a72: a Pi 4, which has no dot product and no atomics instructions.
    """
    if "PI_QEMU" not in os.environ:
        return [RUNNER]
    debian.require()
    qemu = os.path.abspath(os.environ["PI_QEMU"]) + "/usr/bin/qemu-aarch64"
    root = os.path.abspath(os.environ["PI_ROOT"])
    python = f"{root}/usr/bin/python{os.environ['PI_PYTHON']}"
    return [qemu, "-cpu", os.environ["PI_CPU"], "-L", root, python, RUNNER]


def environment(cache: pathlib.Path) -> dict[str, str]:
    """Return a clean environment with its own cache folder."""
    return {"HOME": str(cache), "MODEL_PRESS_CACHE": str(cache), "PATH": os.environ["PATH"]}


def run(cache: pathlib.Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the runner to its end, output captured as text."""
    words = [*command(), *map(str, arguments)]
    return subprocess.run(
        words, env=environment(cache), capture_output=True, text=True, timeout=800
    )
