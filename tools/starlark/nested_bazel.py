"""Another Bazel, run by a test: with an output base of its own, and none of the variables of the test."""

import os
import pathlib
import pwd
import shutil
import subprocess
from collections.abc import Mapping

# A test's PATH is a fixed one; Bazelisk may lie elsewhere.
_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin", "~/.local/bin", "~/go/bin")


def find() -> str:
    """Return the path of the machine's Bazel or Bazelisk.

    Raises:
      FileNotFoundError: there is none.
    """
    home = pwd.getpwuid(os.getuid()).pw_dir
    path = os.pathsep.join(
        [os.environ.get("PATH", ""), *(folder.replace("~", home) for folder in _FOLDERS)]
    )
    for name in ("bazel", "bazelisk"):
        found = shutil.which(name, path=path)
        if found:
            return found
    raise FileNotFoundError(f"neither bazel nor bazelisk is on {path}")


class NestedBazel:
    """A Bazel for one workspace.

    Args:
      workspace: its root.
      base: folder for the output base, removed by `close`.
      environment: variables beside HOME, PATH and those that name a JDK or SDK.
    """

    def __init__(
        self,
        workspace: pathlib.Path,
        base: pathlib.Path,
        environment: Mapping[str, str] | None = None,
    ):
        self._program = find()
        self._workspace = workspace
        self._base = base
        kept = ("ANDROID_HOME", "JAVA_HOME", "LANG", "PATH")
        self._environment = {name: os.environ[name] for name in kept if name in os.environ}
        # A test's own HOME would hide the user's package client settings and Bazel's rc file.
        self._environment["HOME"] = pwd.getpwuid(os.getuid()).pw_dir
        self._environment.update(environment or {})

    def run(self, command: str, *arguments: str, timeout_s: int = 3000) -> str:
        """Run a command; return all that it printed.

        Raises:
          AssertionError: with the end of what it printed, where it fails.
        """
        done = subprocess.run(
            [
                self._program,
                f"--output_base={self._base}",
                "--max_idle_secs=60",
                command,
                *arguments,
            ],
            cwd=self._workspace,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
        )
        assert done.returncode == 0, done.stdout[-8000:]
        return done.stdout

    def for_commands(self) -> dict[str, str]:
        """Return an environment in which `bazel` and `./bazelw` in this workspace, as people type them, are this one.

        Writes the workspace's user.bazelrc: a program of another name or place would be no Bazel to ./bazelw.
        """
        options = f"startup --output_base={self._base}\nstartup --max_idle_secs=60\n"
        (self._workspace / "user.bazelrc").write_text(options)
        path = self._environment.get("PATH", os.defpath)
        return {**self._environment, "PATH": f"{path}:{pathlib.Path(self._program).parent}"}

    def close(self) -> None:
        """End the server and remove the output base."""
        self.run("shutdown")
        # Bazel leaves folders that their owner may not write.
        subprocess.run(["chmod", "-R", "u+w", self._base], check=True)
        shutil.rmtree(self._base)
