"""Timed builds: seconds, which actions ran, and the memory of the workers."""

import collections
import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence

from model_press.process import memory


@dataclasses.dataclass(frozen=True)
class Build:
    """One build.

    seconds: wall-clock. ran: mnemonic -> actions that ran. worker_bytes: largest resident set of the workers together.
    """

    seconds: float
    ran: Mapping[str, int]
    worker_bytes: int


class Bazel:
    """The Bazel of a workspace.

    Args:
      program: its name or path.
      workspace: root of the workspace.
      options: of every build, such as ("--disk_cache=",).
    """

    def __init__(self, program: str, workspace: pathlib.Path, options: Sequence[str] = ()):
        self._program = program
        self._workspace = workspace
        self._options = options

    def info(self, key: str) -> str:
        command = [self._program, "info", key]
        return subprocess.check_output(command, cwd=self._workspace, text=True).strip()

    def build(self, *arguments: str) -> Build:
        """Raise CalledProcessError where it fails."""
        with tempfile.TemporaryDirectory() as folder:
            events = pathlib.Path(folder, "events.json")
            command = [self._program, "build", "--build_event_publish_all_actions"]
            command += [f"--build_event_json_file={events}", *self._options]
            with _Workers(self.info("output_base")) as workers:
                begun = time.monotonic()
                subprocess.run([*command, *arguments], cwd=self._workspace, check=True)
                seconds = time.monotonic() - begun
            return Build(seconds, actions(events.read_text("utf-8").splitlines()), workers.peak)


def actions(lines: Sequence[str]) -> dict[str, int]:
    """Return the number of executed actions by mnemonic, from a Build Event Protocol file in JSON."""
    events = (json.loads(line) for line in lines if line.strip())
    return dict(
        collections.Counter(
            event["action"].get("type", "") for event in events if "action" in event
        )
    )


class _Workers:
    """Watches the persistent workers below an output base while a block runs."""

    def __init__(self, output_base: str):
        self._base = output_base
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak = 0

    def __enter__(self) -> "_Workers":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.peak = max(self.peak, sum(map(_resident, self._processes())))

    def _processes(self) -> list[pathlib.Path]:
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                inside = os.readlink(process / "cwd").startswith(self._base)
                if inside and b"--persistent_worker" in (process / "cmdline").read_bytes():
                    found.append(process)
            except OSError:  # it has ended, or belongs to another user
                continue
        return found


def _resident(process: pathlib.Path) -> int:
    try:
        return memory.resident_bytes(process.name)
    except (OSError, IndexError):  # it has ended
        return 0
