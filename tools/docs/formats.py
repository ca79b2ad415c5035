"""Read the fields of a file format from the Python dataclasses that define it, without importing them."""

import dataclasses
import pathlib

import griffe
import python_api


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
    module = python_api.read(root, name)
    aliases = {
        item.name: str(item.value)
        for item in python_api.public(module)
        if isinstance(item, griffe.Attribute) and str(item.value).startswith("Literal[")
    }
    found = [
        Format(item.name, python_api.doc(item), tuple(_fields(item, aliases)))
        for item in python_api.public(module)
        if isinstance(item, griffe.Class) and "dataclass" in item.labels
    ]
    return python_api.doc(module), found[::-1]


def _fields(item: griffe.Class, aliases: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for field in python_api.fields(item):
        expression = field.annotation
        parts = [expression] if isinstance(expression, str) else expression.iterate(flat=True)
        text = "".join(aliases.get(str(part), str(part)) for part in parts)
        found.append((field.name, text))
    return found
