"""Reads the public rules, macros and providers of a .bzl file, with their documentation."""

import ast
import dataclasses
import inspect
import re
from typing import Any

import docstring_parser
from starlark import Call, Code, File, StarlarkError, Workspace

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


_KINDS = {
    "bool": "bool",
    "int": "int",
    "int_list": "list of ints",
    "label": "label",
    "label_keyed_string_dict": "dict of label to string",
    "label_list": "list of labels",
    "output": "output",
    "output_list": "list of outputs",
    "string": "string",
    "string_dict": "dict of string to string",
    "string_list": "list of strings",
    "string_list_dict": "dict of string to list of strings",
}
_EMPTY = {
    "bool": False,
    "int": 0,
    "int_list": [],
    "label": None,
    "label_keyed_string_dict": {},
    "label_list": [],
    "output": None,
    "output_list": [],
    "string": "",
    "string_dict": {},
    "string_list": [],
    "string_list_dict": {},
}


def literal(value: object) -> str:
    """Return a value as Starlark writes it."""
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "[" + ", ".join(literal(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
        case Code():
            return value.text
    return repr(value)


def _joined(doc: object) -> str:
    return " ".join(str(doc or "").split())


def _provider_names(value: Any) -> tuple[tuple[str, ...], ...]:
    """Return the alternatives of a `providers` argument: [A, B] is one that needs both, [[A], [B]] are two."""
    if not value:
        return ()
    alternatives = value if all(isinstance(item, list) for item in value) else [value]
    return tuple(tuple(item.text for item in alternative) for alternative in alternatives)


def _attribute(name: str, call: object, where: str) -> Attribute:
    if not isinstance(call, Call) or not call.function.startswith("attr."):
        raise StarlarkError(
            f"{where}: attribute {name} is not declared by attr.*(...) that can be read"
        )
    kind = call.function.removeprefix("attr.")
    given = call.keywords
    default = None if given.get("mandatory") else literal(given.get("default", _EMPTY[kind]))
    return Attribute(
        name=name,
        kind=_KINDS[kind],
        default=default,
        doc=_joined(given.get("doc")),
        providers=_provider_names(given.get("providers")),
        values=tuple(literal(value) for value in given.get("values", [])),
    )


def _returned_providers(file: File, implementation: str) -> tuple[str, ...]:
    """Return the names of the providers that an implementation returns in a list, besides Bazel's own two."""
    function = file.functions[implementation]
    names = []
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.List):
            for item in node.value.elts:
                name = ast.unparse(item.func) if isinstance(item, ast.Call) else ""
                if re.fullmatch(r"[A-Z]\w*Info", name):
                    names.append(name)
    return tuple(sorted(set(names) - {"DefaultInfo", "OutputGroupInfo"}))


def _rule(name: str, file: File, node: ast.Call) -> Rule:
    call = file.value(node)
    where = f"{file.label}: {name}"
    given = call.keywords
    attributes = given.get("attrs", {})
    if not isinstance(attributes, dict):
        raise StarlarkError(f"{where}: attrs cannot be read, expected a dict or dict(...)")
    kind = "test" if given.get("test") else "executable" if given.get("executable") else "rule"
    return Rule(
        name=name,
        label=file.label,
        doc=inspect.cleandoc(str(given.get("doc") or "")),
        attributes=tuple(
            _attribute(attribute, attributes[attribute], where)
            for attribute in sorted(attributes)
            if not attribute.startswith("_")
        ),
        provides=_returned_providers(file, given["implementation"].text),
        kind=kind,
    )


def _macro(name: str, file: File, function: ast.FunctionDef) -> Rule:
    said = docstring_parser.parse(
        ast.get_docstring(function) or "", docstring_parser.DocstringStyle.GOOGLE
    )
    documented = {each.arg_name.lstrip("*"): _joined(each.description) for each in said.params}
    names = [argument.arg for argument in function.args.args + function.args.kwonlyargs]
    if function.args.kwarg:
        names.append(function.args.kwarg.arg)
    for argument in documented:
        if argument not in names:
            raise StarlarkError(
                f"{file.label}: {name} documents {argument}, which it does not take"
            )
    defaults: dict[str, ast.expr | None] = dict.fromkeys(names)
    positional = function.args.args
    given = function.args.defaults
    last = positional[len(positional) - len(given) :]
    defaults |= {each.arg: default for each, default in zip(last, given, strict=True)}
    keyword_only = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    defaults |= {each.arg: default for each, default in keyword_only}
    behind = _rule_behind(name, file)
    known = {attribute.name: attribute for attribute in behind.attributes} if behind else {}
    numbers = _turned_to_strings(function)
    attributes = []
    for argument in names:
        if argument in _COMMON:
            continue
        node = defaults[argument]
        default = None if node is None else file.value(node)
        same = known.get(argument)
        numeric = argument in numbers and same and same.kind.endswith("string")
        kind = _kind(documented.get(argument, ""), default, same.kind if same else "")
        attributes.append(
            Attribute(
                name=argument,
                kind=re.sub("(string|int|float)$", "number", kind) if numeric else kind,
                default=None if node is None else literal(default),
                doc=documented.get(argument, ""),
                providers=same.providers if same and kind == same.kind else (),
                values=same.values if same else (),
            )
        )
    return Rule(
        name=name,
        label=file.label,
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
        case list():
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


def _rule_behind(name: str, file: File) -> Rule | None:
    """Return the rule that a macro declares as its own target: `_<name>` in the same file."""
    node = file.assignments.get("_" + name)
    return _rule("_" + name, file, node) if isinstance(node, ast.Call) else None


def _provider(name: str, file: File, node: ast.Call) -> Provider:
    given = file.value(node).keywords
    fields = given.get("fields", {})
    return Provider(
        name=name,
        label=file.label,
        doc=_joined(given.get("doc")),
        fields=tuple((field, _joined(fields[field])) for field in sorted(fields)),
    )


def public(workspace: Workspace, label: str) -> list[Rule | Provider]:
    """Return the public symbols of a .bzl file, sorted by name: defined or re-exported without a leading `_`."""
    file = workspace.file(label)
    found: list[Rule | Provider] = []
    for name in sorted({*file.functions, *file.assignments}):
        if name.startswith("_"):
            continue
        owner, node = file.definition(name)
        if isinstance(node, ast.FunctionDef):
            if not node.name.startswith("_"):
                found.append(_macro(name, owner, node))
            continue
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "rule":
            found.append(_rule(name, owner, node))
        elif called == "provider":
            found.append(_provider(name, owner, node))
    return found


def undocumented(item: Rule | Provider) -> list[str]:
    """Return the undocumented parts of a rule, macro or provider."""
    parts = [(a.name, a.doc) for a in item.attributes] if isinstance(item, Rule) else item.fields
    return [
        f"{item.label}: {item.name}{where} has no documentation"
        for where, doc in [("", item.doc), *((f".{name}", doc) for name, doc in parts)]
        if not doc
    ]
