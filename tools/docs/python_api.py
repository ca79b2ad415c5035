"""What a Python module offers: functions, classes, constants, as written. Reads the source; imports nothing of it."""

import ast
import dataclasses
import pathlib
import textwrap
from collections.abc import Iterator
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Entry:
    """A public name of a module or of a class.

    code: what is to be known of its source: a signature, a dataclass's fields, a base class.
    doc: its docstring. members: a class's public methods and properties.
    """

    kind: Literal["class", "dataclass", "function", "method", "property"]
    name: str
    code: str
    doc: str
    members: tuple["Entry", ...] = ()


@dataclasses.dataclass(frozen=True)
class Module:
    """name: as it is imported. constants: assignments with the comment above them, as written."""

    name: str
    doc: str
    constants: tuple[str, ...]
    entries: tuple[Entry, ...]


def read(root: pathlib.Path, name: str) -> Module:
    """Reads the module of a dotted name below a folder."""
    text = root.joinpath(*name.split(".")).with_suffix(".py").read_text("utf-8")
    tree = ast.parse(text)
    lines = text.splitlines()
    return Module(
        name=name,
        doc=ast.get_docstring(tree) or "",
        constants=tuple(_constants(tree, lines)),
        entries=tuple(_entries(tree, lines)),
    )


def undocumented(module: Module) -> Iterator[str]:
    """Names without a docstring. Of a property its name and type may say it all."""
    if not module.doc:
        yield f"{module.name} has no documentation"
    for entry in module.entries:
        for item, where in [(entry, ""), *((member, entry.name + ".") for member in entry.members)]:
            if not item.doc and item.kind != "property":
                yield f"{module.name}: {where}{item.name} has no documentation"


def _constants(tree: ast.Module, lines: list[str]) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if not name.startswith("_"):
                    first = node.lineno - 1
                    while first and lines[first - 1].startswith("#"):
                        first -= 1
                    yield "\n".join(lines[first : node.end_lineno])


def _entries(tree: ast.Module, lines: list[str]) -> Iterator[Entry]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield _function(node, lines, "function")
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield _class(node, lines)


def _class(node: ast.ClassDef, lines: list[str]) -> Entry:
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    is_dataclass = any("dataclass" in ast.unparse(each) for each in node.decorator_list)
    doc = ast.get_docstring(node) or ""
    if is_dataclass:
        fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        parts = [_source(lines, part.lineno, part.end_lineno or part.lineno) for part in fields]
        header = _source(lines, node.decorator_list[0].lineno, node.lineno)
        code = "\n".join([header, *(textwrap.indent(part, "    ") for part in parts)])
    else:
        bases = f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""
        code = f"class {node.name}{bases}:"
        for made in methods:
            if made.name == "__init__":
                code += "\n" + textwrap.indent(_header(made, lines) + " ...", "    ")
                doc = "\n\n".join(filter(None, [doc, ast.get_docstring(made)]))
    return Entry(
        kind="dataclass" if is_dataclass else "class",
        name=node.name,
        code=code,
        doc=doc,
        members=tuple(
            _function(each, lines, "property" if _is_property(each) else "method")
            for each in methods
            if not each.name.startswith("_")
        ),
    )


def _function(
    node: ast.FunctionDef, lines: list[str], kind: Literal["function", "method", "property"]
) -> Entry:
    return Entry(kind, node.name, _header(node, lines), ast.get_docstring(node) or "")


def _is_property(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).endswith("property") for each in node.decorator_list)


def _header(node: ast.FunctionDef, lines: list[str]) -> str:
    """Decorators and signature, up to the colon."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    # The formatter gives the body lines of its own.
    return _source(lines, first, max(node.lineno, node.body[0].lineno - 1))


def _source(lines: list[str], first: int, last: int) -> str:
    return textwrap.dedent("\n".join(lines[first - 1 : last]))
