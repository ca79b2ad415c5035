"""Run Starlark files as Python, of which Starlark is a subset, with stand-ins for what Bazel and others define."""

import ast
import builtins
import functools
import pathlib
from collections.abc import Iterator
from types import FunctionType
from typing import Any

# Functions that Starlark and Python share.
_OWN = [
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "int",
    "len",
    "list",
    "max",
    "min",
    "range",
    "repr",
    "reversed",
    "sorted",
    "str",
    "tuple",
    "zip",
]


class StarlarkError(Exception):
    """One line: the file and the unreadable part."""


class Symbol:
    """A name that Bazel or another repository defines. Calls of it are noted; sums and loops take it as empty.

    text: as it is written, with dots.
    """

    def __init__(self, text: str, file: "File"):
        self.text = text
        self._file = file

    def __call__(self, *_: Any, **keywords: Any) -> "Call":
        return Call(self.text, self._file, keywords)

    def __getattr__(self, name: str) -> "Symbol":
        if name.startswith("__"):
            raise AttributeError(name)
        return Symbol(f"{self.text}.{name}", self._file)

    def __add__(self, other: Any) -> Any:
        return other

    __radd__ = __add__

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class Call(Symbol):
    """A call of a Symbol, such as attr.label(doc = "...").

    keywords: its arguments. name: the name that the file gives it; empty for none.
    """

    def __init__(self, text: str, file: "File", keywords: dict[str, Any]):
        super().__init__(text, file)
        self.label = file.label
        self.keywords = keywords
        self.name = ""
        file.calls.append(self)


class _Names(dict[str, Any]):
    """The names of a file: one that it does not define is a Symbol."""

    def __init__(self, file: "File"):
        super().__init__({name: getattr(builtins, name) for name in _OWN}, __builtins__={})
        self.update(load=file.load, Label=str)
        self._own = {*self}
        self._file = file

    def __missing__(self, name: str) -> Symbol:
        return Symbol(name, self._file)

    def defined(self) -> dict[str, Any]:
        """Return what the file itself defines or loads."""
        return {name: value for name, value in self.items() if name not in self._own}


class File:
    """A .bzl or BUILD file: what it defines, loads and calls.

    Args:
      label: its label.
      text: its content.
      workspace: where the files are that it loads; by default what it loads stays Symbols.
    Raises:
      StarlarkError: the file cannot be run.
    """

    def __init__(self, label: str, text: str, workspace: "Workspace | None" = None):
        self._workspace = workspace
        self.label = label
        self.calls: list[Call] = []
        self.loads: dict[str, tuple[str, str]] = {}
        try:
            self.tree = ast.parse(text)
            self._names = _Names(self)
            exec(compile(self.tree, label, "exec"), self._names)
        except SyntaxError as error:
            what = f"{label}:{error.lineno}: not in Python's syntax: {error.msg}"
            raise StarlarkError(what) from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise StarlarkError(f"{label}: {error}") from error
        self.functions = {
            item.name: item for item in self.tree.body if isinstance(item, ast.FunctionDef)
        }
        self.names = self._names.defined()
        for name, value in self.names.items():
            if isinstance(value, Call) and not value.name and value.label == label:
                value.name = name

    def load(self, source: str, *names: str, **renamed: str) -> None:
        """Starlark's `load`."""
        for name, loaded in {**dict(zip(names, names, strict=True)), **renamed}.items():
            self.loads[name] = (source, loaded)
            self._names[name] = Symbol(loaded, self)
            if self._workspace and not source.startswith("@"):
                file = self._workspace.file(source, self.label)
                self._names[name] = file.named(loaded)

    def named(self, name: str) -> Any:
        """Return what a name stands for."""
        if name not in self.names:
            raise StarlarkError(f"{self.label}: {name} is neither defined nor loaded here")
        return self.names[name]


class Workspace:
    """The .bzl files below one folder, by label, each read once."""

    def __init__(self, root: pathlib.Path):
        self._root = root
        self._cached = functools.cache(self._load)

    def file(self, label: str, base: str = "") -> File:
        """Return the file of a label such as //models:defs.bzl, or :tool.bzl in the package of the label `base`."""
        if label.startswith(":"):
            label = base.partition(":")[0] + label
        return self._cached(label)

    def syntax(self, function: FunctionType) -> ast.FunctionDef:
        """Return the definition of a function of one of the files."""
        return self.file(function.__code__.co_filename).functions[function.__name__]

    def _load(self, label: str) -> File:
        if not label.startswith("//"):
            raise StarlarkError(f"{label} is of another repository, expected one of this")
        path = self._root / label[2:].replace(":", "/")
        try:
            text = path.read_text("utf-8")
        except OSError as error:
            raise StarlarkError(f"{label}: {error.strerror}") from None
        return File(label, text, self)
