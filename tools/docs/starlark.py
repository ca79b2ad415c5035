"""Reads Starlark files as data, without Bazel.

Starlark's syntax is a subset of Python's, so Python's own parser reads it. Only what rules are declared with is
evaluated: constants, lists, dicts, `dict(...)`, `+`, references to other names, also through `load`. All else stays
syntax or code.
"""

import ast
import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any


class StarlarkError(Exception):
    """One line: the file and the unreadable part."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A call that stays a call, such as attr.label(doc = "...").

    function: its name as written, with dots. keywords: evaluated arguments by name. arguments: those without a name.
    """

    function: str
    arguments: tuple[object, ...]
    keywords: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Code:
    """An expression that this module does not evaluate, as written."""

    text: str


class File:
    """One .bzl file: its docstring, the names it binds and the names it loads."""

    def __init__(self, workspace: "Workspace", label: str, text: str):
        self._workspace = workspace
        self.label = label
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise StarlarkError(
                f"{label}:{error.lineno}: not in Python's syntax: {error.msg}"
            ) from None
        self.doc = ast.get_docstring(tree) or ""
        self.functions: dict[str, ast.FunctionDef] = {}
        self.assignments: dict[str, ast.expr] = {}
        self.loads: dict[str, tuple[str, str]] = {}
        for statement in tree.body:
            self._read(statement)

    def _read(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef():
                self.functions[statement.name] = statement
            case ast.Assign(targets=[ast.Name(id=name)]):
                self.assignments[name] = statement.value
            case ast.Expr(value=ast.Call(func=ast.Name(id="load")) as load):
                source, *names = (ast.literal_eval(argument) for argument in load.args)
                for name in names:
                    self.loads[name] = (source, name)
                for keyword in load.keywords:
                    self.loads[str(keyword.arg)] = (source, ast.literal_eval(keyword.value))

    def definition(self, name: str) -> tuple["File", ast.expr | ast.FunctionDef]:
        """Return the file and the syntax tree that define a name, behind `load` and plain renaming."""
        if name in self.functions:
            return self, self.functions[name]
        if name in self.loads:
            source, loaded = self.loads[name]
            return self._workspace.file(source, self.label).definition(loaded)
        if name in self.assignments:
            value = self.assignments[name]
            return self.definition(value.id) if isinstance(value, ast.Name) else (self, value)
        raise StarlarkError(f"{self.label}: {name} is neither defined nor loaded here")

    def value(self, node: ast.expr | None) -> Any:
        """Return the value of an expression; a Call or a Code if it is not plain data."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self.value(item) for item in items]
            case ast.Dict(keys=keys, values=values):
                return {self.value(k): self.value(v) for k, v in zip(keys, values, strict=True)}
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._sum(node, self.value(left), self.value(right))
            case ast.Name(id=name):
                return self._named(name)
            case ast.Call():
                return self._call(node)
        if node is None:
            raise StarlarkError(f"{self.label}: ** in a dict is not read; write its items out")
        return Code(ast.unparse(node))

    def _named(self, name: str) -> Any:
        try:
            file, node = self.definition(name)
        except StarlarkError:
            return Code(name)  # Bazel's own, such as DefaultInfo, or a rule set's
        if isinstance(node, ast.FunctionDef) or _is_call_of(node, "provider"):
            return Code(name)
        return file.value(node)

    @staticmethod
    def _sum(node: ast.expr, left: Any, right: Any) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, list) and isinstance(right, list):
            return left + right
        return Code(ast.unparse(node))

    def _call(self, node: ast.Call) -> Any:
        function = ast.unparse(node.func)
        arguments = [self.value(argument) for argument in node.args]
        keywords: dict[str, object] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg:
                keywords[keyword.arg] = value
            elif isinstance(value, dict):
                keywords.update(value)
            else:
                raise StarlarkError(f"{self.label}: **{ast.unparse(keyword.value)} is not a dict")
        if function == "dict":
            merged: dict[object, object] = {}
            for argument in arguments:
                if not isinstance(argument, dict):
                    raise StarlarkError(f"{self.label}: dict() of {argument}, expected dicts")
                merged.update(argument)
            return {**merged, **keywords}
        if function == "Label" and len(arguments) == 1:
            return arguments[0]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "keys":
            owner = self.value(node.func.value)
            if isinstance(owner, dict):
                return list(owner)
        return Call(function, tuple(arguments), keywords)


def _is_call_of(node: ast.AST, function: str) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == function


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

    def _load(self, label: str) -> File:
        if not label.startswith("//"):
            raise StarlarkError(f"{label} is of another repository, expected one of this")
        path = self._root / label[2:].replace(":", "/")
        try:
            text = path.read_text("utf-8")
        except OSError as error:
            raise StarlarkError(f"{label}: {error.strerror}") from None
        return File(self, label, text)
