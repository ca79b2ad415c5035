"""Read what is public: a Python module's names from its source, without importing it, and a program's options."""

import argparse
import dataclasses
import pathlib
import textwrap
from collections.abc import Iterator, Sequence

import griffe


def read(root: pathlib.Path, name: str) -> griffe.Module:
    """Read the module of a dotted name below a folder.

    Raises:
      FileNotFoundError: it is not there.
    """
    path = root.joinpath(*name.split(".")).with_suffix(".py")
    if not path.exists():
        raise FileNotFoundError(
            f"{path} does not exist; correct the modules of tools/docs/pages.py and python_pages.py"
        )
    return griffe.visit(name, filepath=path, code=path.read_text("utf-8"))


def doc(item: griffe.Object) -> str:
    """Return the docstring, which for a class includes that of `__init__`."""
    parts = [item.docstring]
    if isinstance(item, griffe.Class) and isinstance(
        made := item.members.get("__init__"), griffe.Function
    ):
        parts.append(made.docstring)
    return "\n\n".join(part.value for part in parts if part)


def public(item: griffe.Module | griffe.Class) -> Iterator[griffe.Object]:
    """Yield what a module or a class defines itself under a public name, in the order of its source."""
    for name, member in item.members.items():
        if isinstance(member, griffe.Object) and not name.startswith("_"):
            yield member


def constants(module: griffe.Module) -> Iterator[str]:
    """Yield each public assignment as written, with the comment above it."""
    lines = _lines(module)
    for item in public(module):
        if item.is_attribute and item.lineno:
            first = item.lineno - 1
            while first and lines[first - 1].startswith("#"):
                first -= 1
            yield "\n".join(lines[first : item.endlineno])


def code(item: griffe.Object) -> str:
    """Return the head of a function, or that of a class with its fields or `__init__`, as written."""
    if not isinstance(item, griffe.Class):
        return _head(item)
    if "dataclass" in item.labels:
        lines = _lines(item)
        parts = [lines[(field.lineno or 1) - 1 : field.endlineno] for field in fields(item)]
        return "\n".join([_head(item), *sum(parts, [])])
    made = item.members.get("__init__")
    return f"{_head(item)}\n{textwrap.indent(_head(made), '    ')} ..." if made else _head(item)


def fields(item: griffe.Class) -> list[griffe.Attribute]:
    """Return the fields of a dataclass."""
    return [
        part
        for part in item.members.values()
        if isinstance(part, griffe.Attribute) and part.annotation and "property" not in part.labels
    ]


def undocumented(module: griffe.Module) -> Iterator[str]:
    """Yield the public names without a docstring; a property may do without one."""
    if not module.docstring:
        yield f"{module.name} has no documentation"
    for item in public(module):
        members = list(public(item)) if isinstance(item, griffe.Class) else []
        for each, where in [(item, ""), *((member, f"{item.name}.") for member in members)]:
            if not each.is_attribute and not doc(each):
                yield f"{module.name}: {where}{each.name} has no documentation"


def _lines(item: griffe.Object) -> list[str]:
    return pathlib.Path(str(item.filepath)).read_text("utf-8").splitlines()


def _head(item: griffe.Object | griffe.Alias) -> str:
    """Return the lines of a definition, with its decorators, up to the colon that begins its body."""
    lines = _lines(item)[(item.lineno or 1) - 1 : item.endlineno]
    last = next(number for number, line in enumerate(lines, 1) if line.endswith(":"))
    return textwrap.dedent("\n".join(lines[:last]))


@dataclasses.dataclass(frozen=True)
class Format:
    """One object of a format: the dataclass's name, docstring and (field, type) pairs."""

    name: str
    doc: str
    fields: tuple[tuple[str, str], ...]


def formats(root: pathlib.Path, name: str) -> tuple[str, list[Format]]:
    """Return a module's docstring and its public dataclasses, the outermost (defined last) first.

    A type that the module names (Dtype = Literal[...]) is written out.
    """
    module = read(root, name)
    aliases = {
        item.name: str(item.value)
        for item in public(module)
        if isinstance(item, griffe.Attribute) and str(item.value).startswith("Literal[")
    }
    found = [
        Format(item.name, doc(item), tuple(_fields(item, aliases)))
        for item in public(module)
        if isinstance(item, griffe.Class) and "dataclass" in item.labels
    ]
    return doc(module), found[::-1]


def _fields(item: griffe.Class, aliases: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for field in fields(item):
        expression = field.annotation
        parts = [expression] if isinstance(expression, str) else expression.iterate(flat=True)
        text = "".join(aliases.get(str(part), str(part)) for part in parts)
        found.append((field.name, text))
    return found


@dataclasses.dataclass(frozen=True)
class Option:
    """usage: as it is typed, such as "--fit {crop,stretch}". default: as text, or None where there is none to say."""

    usage: str
    default: str | None
    text: str


@dataclasses.dataclass(frozen=True)
class Program:
    """text: what it does."""

    text: str
    options: tuple[Option, ...]


def program(parser: argparse.ArgumentParser, text: str = "", only: Sequence[str] = ()) -> Program:
    """Read a parser.

    Args:
      text: what the program does; by default the parser's description.
      only: the options that a user gives, where the rest is a rule's to give; by default all that have a help text.
    """
    return Program(text or parser.description or "", tuple(_options(parser, only)))


def _options(parser: argparse.ArgumentParser, only: Sequence[str]) -> Iterator[Option]:
    known = {name: action for action in parser._actions for name in action.option_strings}
    wanted = [known[name] for name in only] or [
        action
        for action in parser._actions
        if action.help != argparse.SUPPRESS and action.option_strings[-1:] != ["--helpfull"]
        if not isinstance(action, argparse._HelpAction)
    ]
    for action in wanted:
        flag = action.nargs == 0
        default = action.default in (None, [], argparse.SUPPRESS) or flag or action.required
        yield Option(_usage(action), None if default else str(action.default), action.help or "")


def _usage(action: argparse.Action) -> str:
    value = action.metavar or (action.dest if not action.option_strings else action.dest.upper())
    if action.choices:
        value = "{" + ",".join(map(str, action.choices)) + "}"
    if not action.option_strings:
        return f"{value} ..." if action.nargs in ("*", "+") else str(value)
    name = action.option_strings[-1]
    return name if action.nargs == 0 else f"{name} {value}"
