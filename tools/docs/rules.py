"""Reads the public rules, macros and providers of a .bzl file, with their documentation."""

import ast
import dataclasses
import inspect
import re
from collections.abc import KeysView
from types import FunctionType
from typing import Any

import docstring_parser
from starlark import Call, StarlarkError, Symbol, Workspace

# What every rule of Bazel has is not said again.
_COMMON = {"name", "tags", "visibility", "size", "kwargs"}


@dataclasses.dataclass(frozen=True)
class Attribute:
    """An attribute of a rule or an argument of a macro.

    kind: type for the reader, such as "label" or "list of strings"; empty where nothing tells it.
    default: as it is written in Starlark, or None where a value must be given.
    providers: alternatives of what a label must provide, each one or more names.
    values: the only values allowed, if there are only some.
    """

    name: str
    kind: str
    default: str | None
    doc: str
    providers: tuple[tuple[str, ...], ...] = ()
    values: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule, or a macro that creates one or several targets.

    label: of the file that defines it. provides: names of the providers of its targets.
    """

    name: str
    label: str
    doc: str
    attributes: tuple[Attribute, ...]
    provides: tuple[str, ...]
    kind: str  # rule, test, executable or macro


@dataclasses.dataclass(frozen=True)
class Provider:
    """A provider; fields are (name, text)."""

    name: str
    label: str
    doc: str
    fields: tuple[tuple[str, str], ...]


# Kind of attr.* -> type for the reader, and default.
_KINDS: dict[str, tuple[str, object]] = {
    "bool": ("bool", False),
    "int": ("int", 0),
    "int_list": ("list of ints", []),
    "label": ("label", None),
    "label_keyed_string_dict": ("dict of label to string", {}),
    "label_list": ("list of labels", []),
    "output": ("output", None),
    "output_list": ("list of outputs", []),
    "string": ("string", ""),
    "string_dict": ("dict of string to string", {}),
    "string_list": ("list of strings", []),
    "string_list_dict": ("dict of string to list of strings", {}),
}


def literal(value: object) -> str:
    """Return a value as Starlark writes it."""
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list() | tuple() | KeysView():
            return "[" + ", ".join(literal(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
        case Symbol():
            return value.text
    return repr(value)


def _joined(doc: object) -> str:
    return " ".join(str(doc or "").split())


def _provider_names(value: Any) -> tuple[tuple[str, ...], ...]:
    """Return the alternatives of a `providers` argument: [A, B] is one that needs both, [[A], [B]] are two."""
    if not value:
        return ()
    alternatives = value if all(isinstance(item, list) for item in value) else [value]
    return tuple(tuple(map(_name, alternative)) for alternative in alternatives)


def _name(provider: Symbol) -> str:
    return (isinstance(provider, Call) and provider.name) or provider.text


def _attribute(name: str, call: object, where: str) -> Attribute:
    if not isinstance(call, Call) or not call.text.startswith("attr."):
        raise StarlarkError(
            f"{where}: attribute {name} is not declared by attr.*(...) that can be read"
        )
    kind, empty = _KINDS[call.text.removeprefix("attr.")]
    given = call.keywords
    return Attribute(
        name=name,
        kind=kind,
        default=None if given.get("mandatory") else literal(given.get("default", empty)),
        doc=_joined(given.get("doc")),
        providers=_provider_names(given.get("providers")),
        values=tuple(literal(value) for value in given.get("values", [])),
    )


def _returned_providers(function: ast.FunctionDef) -> tuple[str, ...]:
    """Return the names of the providers that an implementation returns in a list, besides Bazel's own two."""
    names = {
        ast.unparse(item.func)
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.List)
        for item in node.value.elts
        if isinstance(item, ast.Call)
    }
    found = {name for name in names if re.fullmatch(r"[A-Z]\w*Info", name)}
    return tuple(sorted(found - {"DefaultInfo", "OutputGroupInfo"}))


def _rule(name: str, call: Call, workspace: Workspace) -> Rule:
    where = f"{call.label}: {name}"
    given = call.keywords
    attributes = given.get("attrs", {})
    if not isinstance(attributes, dict):
        raise StarlarkError(f"{where}: attrs cannot be read, expected a dict or dict(...)")
    kind = "test" if given.get("test") else "executable" if given.get("executable") else "rule"
    return Rule(
        name=name,
        label=call.label,
        doc=inspect.cleandoc(str(given.get("doc") or "")),
        attributes=tuple(
            _attribute(attribute, attributes[attribute], where)
            for attribute in sorted(attributes)
            if not attribute.startswith("_")
        ),
        provides=_returned_providers(workspace.syntax(given["implementation"])),
        kind=kind,
    )


def _macro(name: str, function: FunctionType, workspace: Workspace) -> Rule:
    label = function.__code__.co_filename
    said = docstring_parser.parse(
        inspect.getdoc(function) or "", docstring_parser.DocstringStyle.GOOGLE
    )
    documented = {each.arg_name.lstrip("*"): _joined(each.description) for each in said.params}
    parameters = inspect.signature(function).parameters
    for argument in documented:
        if argument not in parameters:
            raise StarlarkError(f"{label}: {name} documents {argument}, which it does not take")
    # The rule that the macro declares as its own target.
    own = function.__globals__.get("_" + name)
    behind = _rule("_" + name, own, workspace) if isinstance(own, Call) else None
    known = {attribute.name: attribute for attribute in behind.attributes} if behind else {}
    numbers = _turned_to_strings(workspace.syntax(function))
    attributes = []
    for argument, parameter in parameters.items():
        if argument in _COMMON:
            continue
        required = parameter.default is inspect.Parameter.empty
        default = None if required else parameter.default
        same = known.get(argument)
        numeric = argument in numbers and same and same.kind.endswith("string")
        kind = _kind(documented.get(argument, ""), default, same.kind if same else "")
        attributes.append(
            Attribute(
                name=argument,
                kind=re.sub("(string|int|float)$", "number", kind) if numeric else kind,
                default=None if required else literal(default),
                doc=documented.get(argument, ""),
                providers=same.providers if same and kind == same.kind else (),
                values=same.values if same else (),
            )
        )
    return Rule(
        name=name,
        label=label,
        doc=(said.description or "").strip(),
        attributes=tuple(attributes),
        provides=behind.provides if behind else (),
        kind="test" if behind and behind.kind == "test" else "macro",
    )


def _kind(doc: str, default: object, behind: str) -> str:
    """Return an argument's type: as its text begins, as its default is, or that of the attribute behind it."""
    if "name of " in doc and "label of " in doc:
        return "name or label"
    start = re.match(r"(labels?|names?) of ", doc)
    if start:
        kinds = {
            "label": "label",
            "labels": "list of labels",
            "name": "string",
            "names": "list of strings",
        }
        return kinds[start[1]]
    match default:
        case bool() | int():
            return type(default).__name__
        case list() | KeysView():
            return "list"
    return behind


def _turned_to_strings(function: ast.FunctionDef) -> set[str]:
    """Return the arguments that a macro passes on by str(...): numbers, for which rules have no type."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "str":
            found.add(ast.unparse(node.args[0]))
        if isinstance(node, ast.DictComp) and ast.unparse(node.value).startswith("str("):
            found.add(ast.unparse(node.generators[0].iter).removesuffix(".items()"))
    return found


def _provider(name: str, call: Call) -> Provider:
    fields = call.keywords.get("fields", {})
    return Provider(
        name=name,
        label=call.label,
        doc=_joined(call.keywords.get("doc")),
        fields=tuple((field, _joined(fields[field])) for field in sorted(fields)),
    )


def public(workspace: Workspace, label: str) -> list[Rule | Provider]:
    """Return the public symbols of a .bzl file, sorted by name: defined or re-exported without a leading `_`."""
    found: list[Rule | Provider] = []
    file = workspace.file(label)
    for name, value in sorted(file.names.items()):
        if name.startswith("_") or name in file.loads:
            continue
        match value:
            case FunctionType() if not value.__name__.startswith("_"):
                found.append(_macro(name, value, workspace))
            case Call(text="rule"):
                found.append(_rule(name, value, workspace))
            case Call(text="provider"):
                found.append(_provider(name, value))
    return found


def undocumented(item: Rule | Provider) -> list[str]:
    """Return the undocumented parts of a rule, macro or provider."""
    parts = [(a.name, a.doc) for a in item.attributes] if isinstance(item, Rule) else item.fields
    return [
        f"{item.label}: {item.name}{where} has no documentation"
        for where, doc in [("", item.doc), *((f".{name}", doc) for name, doc in parts)]
        if not doc
    ]
