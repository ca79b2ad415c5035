"""A machine that a test makes up: one folder is the root of its disk, a folder of stub commands its whole PATH."""

import pathlib
import shutil
from collections.abc import Iterable


def rows(workspace: pathlib.Path) -> list[list[str]]:
    """Return the package and the command or folder it is known by, of each row of the table of ./bazelw."""
    lines = (workspace / "tools/start/debian_packages.txt").read_text().splitlines()
    return [line.split()[:2] for line in lines if not line.startswith("#")]


class StubMachine:
    """A machine that has everything in the table of ./bazelw. Tests take things away.

    Args:
      root: folder to make the machine in.
      workspace: folder of the repository.
      os_id: value of ID in /etc/os-release.
      real_commands: names of commands that are this machine's own.
    """

    def __init__(
        self, root: pathlib.Path, workspace: pathlib.Path, os_id: str, real_commands: Iterable[str]
    ) -> None:
        self.root = root
        self.bin = root / "usr/bin"
        self.bin.mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "etc/os-release").write_text(f'NAME="Some Linux"\nID={os_id}\n')
        for name in real_commands:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        for _, found_by in rows(workspace):
            self.provide(found_by)

    def stub(self, name: str, script: str = "true") -> None:
        """Put a command in place that runs lines of bash."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def provide(self, found_by: str) -> None:
        """Put a command, or a folder named by its absolute path, in place."""
        if found_by.startswith("/"):
            (self.root / found_by[1:]).mkdir(parents=True)
        else:
            self.stub(found_by)

    def remove(self, *found_by: str) -> None:
        """Take away commands, or folders named by their absolute paths."""
        for name in found_by:
            if name.startswith("/"):
                (self.root / name[1:]).rmdir()
            else:
                (self.bin / name).unlink()
