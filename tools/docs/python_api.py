"""Read the public names of a Python module from its source, without importing it."""

import pathlib
import textwrap
from collections.abc import Iterator

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
    lines = pathlib.Path(str(module.filepath)).read_text("utf-8").splitlines()
    for item in public(module):
        if item.is_attribute and item.lineno:
            first = item.lineno - 1
            while first and lines[first - 1].startswith("#"):
                first -= 1
            yield "\n".join(lines[first : item.endlineno])


def code(item: griffe.Object) -> str:
    """Return the signature of a function, or the head of a class with its fields or `__init__`."""
    if isinstance(item, griffe.Function):
        return f"def {_signature(item)}:"
    assert isinstance(item, griffe.Class)
    if "dataclass" in item.labels:
        return "\n".join([f"@{item.decorators[0].value}", f"class {item.name}:", *_fields(item)])
    bases = f"({', '.join(map(str, item.bases))})" if item.bases else ""
    head = f"class {item.name}{bases}:"
    made = item.members.get("__init__")
    if not isinstance(made, griffe.Function):
        return head
    return head + "\n" + textwrap.indent(f"def {_signature(made)}: ...", "    ")


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


def _signature(function: griffe.Function) -> str:
    """Return a signature, with a line for each parameter where one line is too long."""
    line = str(function.signature())
    if len(line) < 95:
        return line
    parts = "".join(f"    {part},\n" for part in _parameters(function))
    returns = f" -> {function.returns}" if function.returns else ""
    return f"{function.name}(\n{parts}){returns}"


def _parameters(function: griffe.Function) -> Iterator[str]:
    """Yield each parameter but `self` as Python writes it."""
    stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    keywords = False
    for each in function.parameters:
        star = stars.get(each.kind, "") if each.kind else ""
        if each.kind is griffe.ParameterKind.keyword_only and not keywords:
            yield "*"
        keywords |= bool(star) or each.kind is griffe.ParameterKind.keyword_only
        annotation = f": {each.annotation}" if each.annotation else ""
        default = f" = {each.default}" if each.default is not None and not star else ""
        if each.name != "self":
            yield star + each.name + annotation + default


def _fields(item: griffe.Class) -> Iterator[str]:
    for each in fields(item):
        default = "" if each.value is None else f" = {each.value}"
        yield f"    {each.name}: {each.annotation}{default}"
