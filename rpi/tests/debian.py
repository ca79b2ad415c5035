"""A small Debian in namespaces of its own; `pytest_plugins = ["debian"]` gives a test the fixture `enter`."""

import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable

import pytest

NO_EMULATION = 77  # exit code of enter_arm64.sh


def require(variable: str = "PI_UNAVAILABLE") -> None:
    """Skip the test where the Debian could not be had, with the reason."""
    reason = pathlib.Path(os.environ[variable]).read_text().strip()
    if reason:
        pytest.skip(reason)


def command(folder: pathlib.Path) -> list[str]:
    """Return the words before a command that runs in the Debian and sees `folder`."""
    require()
    folders = [os.environ[name] for name in ("PI_QEMU", "PI_ROOT") if name in os.environ]
    return [os.path.abspath(path) for path in (os.environ["PI_ENTER"], *folders, str(folder))]


def _enter(tmp_path: pathlib.Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a shell script in a fresh Debian that sees tmp_path, where the package PI_DEB lies.

    Root runs the script `first` before; `user` then runs the other, on a system that is read-only.
    """
    words = [*command(tmp_path), "sh", "script"]
    shutil.copy(os.environ["PI_DEB"], tmp_path)

    def run(
        script: str, first: str = "", user: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = dict(os.environ)
        if first:
            (tmp_path / "first").write_text("set -eu\n" + first)
            environment["ENTER_FIRST"] = "first"
        if user is not None:
            environment.update(ENTER_UID=str(user), ENTER_READ_ONLY="1")
        (tmp_path / "script").write_text("set -eu\n" + script)
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=600)
        if done.returncode == NO_EMULATION:
            pytest.skip(done.stderr.strip())
        return done

    return run


# A call, because mypy reads no types of pytest and refuses its decorators.
enter = pytest.fixture(_enter)
