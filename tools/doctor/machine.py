"""The machine that is looked at: this one, or one that a test makes up."""

import dataclasses
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

_PATIENCE_SECONDS = 3  # for a program that says its version


@dataclasses.dataclass(frozen=True)
class Machine:
    """Everything that findings are made from.

    workspace: folder of the repository. sysroot: `/`, or the folder of a made-up machine.
    environment: the user's variables. system, architecture: as `uname` says, in small letters.
    """

    workspace: pathlib.Path
    sysroot: pathlib.Path
    environment: Mapping[str, str]
    system: str
    architecture: str

    @property
    def home(self) -> pathlib.Path:
        return pathlib.Path(self.environment.get("HOME") or "/")

    @property
    def is_debian(self) -> bool:
        """Debian, Ubuntu and what is derived from them."""
        release = self.read("etc/os-release")
        return bool(re.search(r"^(ID|ID_LIKE)=.*(debian|ubuntu)", release, re.MULTILINE))

    def read(self, path: str) -> str:
        """Return the text of a system file, empty where there is none."""
        try:
            return (self.sysroot / path).read_text("utf-8", "replace")
        except OSError:
            return ""

    def which(self, program: str) -> str | None:
        """Return the path of a program on the user's PATH."""
        return shutil.which(program, path=self.environment.get("PATH", ""))

    def output(self, command: Sequence[str]) -> str | None:
        """Return a command's output, stripped, or None if it is missing, fails or hangs."""
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                env=dict(self.environment),
                text=True,
                timeout=_PATIENCE_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    def install(self, debian: str, elsewhere: str) -> str:
        """Return how the user gets a package: its name on Debian, its name elsewhere."""
        if self.is_debian:
            return f"apt-get install {debian}"
        return f"install {elsewhere} with your package manager"


def this_machine() -> Machine:
    """Return the machine that runs this process, and the workspace that `bazel run` or this file's own place names."""
    given = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    return Machine(
        workspace=pathlib.Path(given) if given else pathlib.Path(__file__).resolve().parents[2],
        sysroot=pathlib.Path("/"),
        environment=os.environ,
        system=sys.platform,
        architecture=platform.machine(),
    )
