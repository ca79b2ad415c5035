"""The pages under docs/rules: which there are, and how they are written as Markdown."""

import pathlib
from collections.abc import Iterator, Mapping

from markdown_page import MARK, cell, contents, prose, table
from python_api import Format, formats
from rules import Attribute, Provider, Rule, public
from starlark import Workspace

FOLDER = "docs/rules"

# Page -> (title, the .bzl files that it documents).
STARLARK_PAGES = {
    "models.md": ("Models, variants, gates, reports", ["//models:defs.bzl"]),
    "android.md": (
        "Android",
        ["//android:defs.bzl", "//tools/android:keystore.bzl", "//tools/android:runtime.bzl"],
    ),
    "ios.md": ("iOS", ["//ios:defs.bzl"]),
    "rpi.md": ("Raspberry Pi", ["//rpi:defs.bzl", "//tools/pi:platform.bzl"]),
    "providers.md": ("Providers", ["//models:providers.bzl"]),
}

# The modules that define what lies in JSON files.
FORMAT_MODULES = {
    "recipe": "model_press.formats.recipes",
    "coreml_recipe": "model_press.formats.coreml_recipes",
    "compression": "model_press.formats.compressions",
    "manifest.json": "model_press.formats.manifest",
    "Its camera_input and postprocess": "model_press.formats.camera_input",
    "metrics.json": "model_press.formats.metrics",
    "index.json": "model_press.formats.bundle",
    "lock of a search": "model_press.search.lock",
    "Its trials and bounds": "model_press.search.outcome",
}


def _code(text: str) -> str:
    return f"`{text}`" if text else '`""`'


def _link(provider: str, page: str, homes: Mapping[str, str]) -> str:
    """Return a provider's name, linked where a page (homes: name -> page) has it."""
    home = homes.get(provider)
    if not home:
        return f"`{provider}`"
    return f"[{provider}]({'' if home == page else home}#{provider.lower()})"


def _kind(attribute: Attribute, page: str, homes: Mapping[str, str]) -> str:
    providers = " or ".join(
        " and ".join(_link(name, page, homes) for name in alternative)
        for alternative in attribute.providers
    )
    text = attribute.kind + (f" of {providers}" if providers else "")
    if attribute.values:
        text += ": " + ", ".join(f"`{value}`" for value in attribute.values)
    return text


def _rule(rule: Rule, page: str, homes: Mapping[str, str]) -> Iterator[str]:
    yield f"## {rule.name}\n"
    what = {"executable": "Rule; `bazel run` runs its target", "macro": "Macro"}
    kind = what.get(rule.kind, rule.kind.capitalize())
    provides = ", ".join(_link(name, page, homes) for name in rule.provides)
    yield f"{kind}, {rule.label}{'. Provides ' + provides if provides else ''}.\n"
    yield prose(rule.doc) + "\n"
    rows = []
    for attribute in rule.attributes:
        default = "required" if attribute.default is None else _code(attribute.default)
        cells = [f"`{attribute.name}`", _kind(attribute, page, homes), default, attribute.doc]
        rows.append([*map(cell, cells)])
    if rows:
        yield table(["attribute", "type", "default", ""], rows)


def _provider(provider: Provider) -> Iterator[str]:
    yield f"## {provider.name}\n"
    yield f"Provider, {provider.label}.\n"
    yield prose(provider.doc) + "\n"
    yield table(["field", ""], [(f"`{name}`", cell(text)) for name, text in provider.fields])


def _starlark_page(
    page: str, title: str, labels: list[str], items: list[Rule | Provider], homes: Mapping[str, str]
) -> str:
    lines = [MARK, f"# {title}\n"]
    names = [
        item.name for item in items if isinstance(item, Rule) and labels[0].endswith("defs.bzl")
    ]
    if names:
        lines.append(f'    load("{labels[0]}", "{names[0]}")\n')
        lines.append(
            "In another workspace, `@model_press` goes before the label. `name`, `tags`, `visibility` and, of tests, "
            "`size` are as in every rule of Bazel.\n"
        )
    lines.append(" · ".join(f"[{item.name}](#{item.name.lower()})" for item in items) + "\n")
    for item in items:
        if isinstance(item, Rule):
            lines += _rule(item, page, homes)
        else:
            lines += _provider(item)
    return "\n".join(lines).rstrip() + "\n"


def _index(items: Mapping[str, list[Rule | Provider]]) -> str:
    lines = [MARK, "# Rule reference\n"]
    lines.append(
        "Written from the documentation in the `.bzl` files and the Python modules themselves.\n"
    )
    for page, (title, _) in STARLARK_PAGES.items():
        rows = [(page, item.name, item.doc) for item in items[page]]
        lines += [f"## [{title}]({page})\n", contents(rows)]
    lines.append("## [Formats](formats.md)\n")
    lines.append("The fields of recipes, compressions, manifests and measurements.")
    return "\n".join(lines) + "\n"


def _formats_page(found: Mapping[str, tuple[str, list[Format]]]) -> str:
    lines = [MARK, "# Formats\n"]
    lines.append(
        "JSON files with exactly these fields: an unknown, missing or mistyped one is refused by name. "
        "`X | None` may be `null`; `tuple[X, ...]` is an array.\n"
    )
    for title, (doc, classes) in found.items():
        lines += [f"## {title}\n", doc + "\n"]
        for one in classes:
            rows = [(f"`{name}`", f"`{cell(kind)}`") for name, kind in one.fields]
            lines += [
                f"### {one.name}\n",
                f"```text\n{one.doc}\n```\n",
                table(["field", "type"], rows),
            ]
    return "\n".join(lines).rstrip() + "\n"


def public_items(root: pathlib.Path) -> dict[str, list[Rule | Provider]]:
    """Return the public items of each page's files."""
    workspace = Workspace(root)
    return {
        page: [item for label in labels for item in public(workspace, label)]
        for page, (_, labels) in STARLARK_PAGES.items()
    }


def render(root: pathlib.Path) -> dict[str, str]:
    """Return the content of every page by path."""
    items = public_items(root)
    homes = {
        item.name: page
        for page, found in items.items()
        for item in found
        if isinstance(item, Provider)
    }
    pages = {
        page: _starlark_page(page, title, labels, items[page], homes)
        for page, (title, labels) in STARLARK_PAGES.items()
    }
    pages["README.md"] = _index(items)
    pages["formats.md"] = _formats_page(
        {title: formats(root / "python", name) for title, name in FORMAT_MODULES.items()}
    )
    return {f"{FOLDER}/{page}": text for page, text in sorted(pages.items())}
