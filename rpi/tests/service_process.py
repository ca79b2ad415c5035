"""A running `runner serve`, for tests."""

import contextlib
import http.client
import json
import pathlib
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import Any

import launch

TIMEOUT_S = 60


class Service:
    """A running `runner serve` on a free port.

    Args:
      cache: a folder of its own.
      arguments: further arguments.
      before: words of a command that starts the service by the words behind it.
    """

    def __init__(self, cache: pathlib.Path, *arguments: str, before: Sequence[str] = ()):
        self.cache = cache
        self._log = open(cache / "log", "w+")  # noqa: SIM115 - lives as long as the process
        words = [*before, *launch.command(), "serve", "--port=0", *arguments]
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            words, env=launch.environment(cache), stderr=self._log, text=True
        )
        self.port = self._wait_for_port()

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()

    def _wait_for_port(self) -> int:
        for _ in range(TIMEOUT_S * 20):
            found = re.search(r"http://127\.0\.0\.1:(\d+)", self.log())
            if found:
                return int(found[1])
            assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError("the service does not start: " + self.log())

    def request(self, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
        """Return (status, parsed JSON or text)."""
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        ) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            data = answer.read()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(data) if is_json else data.decode("utf-8", "replace")

    def memory(self, field: str = "VmRSS") -> int:
        """Return the bytes of resident memory."""
        with open(f"/proc/{self.process.pid}/status") as file:
            found = re.search(rf"{field}:\s+(\d+)", file.read())
        assert found, f"the kernel tells no {field}"
        return int(found[1]) * 1024

    def temporary_bytes(self) -> int:
        """Return the bytes of its temporary files, which have no name."""
        total = 0
        for path in pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                if path.readlink().name.endswith(" (deleted)"):
                    total += path.stat().st_size
        return total

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_S)


@contextlib.contextmanager
def running(cache: pathlib.Path, *arguments: str, before: Sequence[str] = ()) -> Iterator[Service]:
    """Run a service until the end of the block."""
    made = Service(cache, *arguments, before=before)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()
