"""Runs a repository rule's implementation outside Bazel, so that a test can give it a client and a lock of its own.

Starlark of a repository rule without `load` is Python. The context below does on a folder what Bazel's does; what a
rule does not use is not there. Programs run for real.
"""

import json
import os
import pathlib
import shutil
import subprocess
import types
from collections.abc import Callable, Mapping
from typing import Any


class Failure(Exception):
    """The message of the rule's fail()."""


class _Path:
    """Bazel's path object: text, exists, basename, readdir()."""

    def __init__(self, path: pathlib.Path):
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def basename(self) -> str:
        return self._path.name

    def readdir(self) -> list["_Path"]:
        return [_Path(path) for path in sorted(self._path.iterdir())]


class Context:
    """A repository_ctx in a folder.

    Args:
      folder: the repository's, existing and empty.
      path: value of PATH, where the rule finds its client.
      attributes: the rule's attributes; a file is a pathlib.Path.
      environment: further variables of the user's environment.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        path: str,
        environment: Mapping[str, str] | None = None,
        **attributes: Any,
    ):
        self._folder = folder
        self._environment = {**os.environ, "PATH": path, **(environment or {})}
        self.os = types.SimpleNamespace(environ=self._environment)
        self.attr = types.SimpleNamespace(**attributes)

    def path(self, name: object) -> _Path:
        return _Path(self._folder / str(name))

    def read(self, name: object) -> str:
        return (self._folder / str(name)).read_text("utf-8")

    def file(self, name: str, content: str = "", executable: bool = False) -> None:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")

    def symlink(self, target: object, name: str) -> None:
        (self._folder / name).symlink_to(str(target))

    def delete(self, name: str) -> None:
        (self._folder / name).unlink()

    def which(self, program: str) -> str | None:
        return shutil.which(program, path=self._environment["PATH"])

    def report_progress(self, text: str) -> None:
        pass

    def execute(
        self,
        command: list[object],
        timeout: int = 600,
        environment: Mapping[str, str] | None = None,
    ) -> types.SimpleNamespace:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self._folder,
            env={**self._environment, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return types.SimpleNamespace(
            return_code=done.returncode, stdout=done.stdout, stderr=done.stderr
        )


def implementation(source: str | os.PathLike[str], name: str) -> Callable[[Context], None]:
    """Return the function `name` of a .bzl file that loads nothing.

    Raises:
      Failure: by the function, with the text that Bazel would print.
    """

    def fail(message: str) -> None:
        raise Failure(message)

    attr = types.SimpleNamespace(
        **{kind: lambda **_: None for kind in ("bool", "label", "string", "string_list")}
    )
    scope: dict[str, Any] = {
        "Label": str,
        "attr": attr,
        "fail": fail,
        "json": types.SimpleNamespace(decode=json.loads, encode=json.dumps),
        "repository_rule": lambda **_: None,
        "struct": types.SimpleNamespace,
    }
    exec(compile(pathlib.Path(source).read_text("utf-8"), str(source), "exec"), scope)
    function: Callable[[Context], None] = scope[name]
    return function
