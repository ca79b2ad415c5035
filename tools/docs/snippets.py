"""BUILD snippets in documentation: every rule exists, every attribute is one of its attributes, none is left out."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence, Set

from markdown_page import Block
from rules import Provider, Rule, public
from starlark import File, StarlarkError, Workspace

# Attributes that Bazel gives every target, or that macros pass on to it.
_COMMON = {
    "name",
    "tags",
    "testonly",
    "visibility",
    "size",
    "timeout",
    "flaky",
    "target_compatible_with",
}


class Snippets:
    """Checks snippets against the repository's .bzl files."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace

    def _public(self, label: str) -> Mapping[str, Rule | Provider]:
        return {item.name: item for item in public(self._workspace, label)}

    def complaints(self, block: Block, package: str) -> Iterator[tuple[int, str]]:
        """Yield (line, complaint).

        Args:
          package: label of the package that the snippet's BUILD file is of, for relative loads.
        """
        try:
            file = File(package, block.text)
        except StarlarkError as error:
            yield block.line, f"the snippet cannot be read: {error}"
            return
        known: dict[str, Rule] = {}
        for name, (source, loaded) in file.loads.items():
            label = source.removeprefix("@model_press")
            if label.startswith(":"):
                label = package.partition(":")[0] + label
            try:
                definition = self._workspace.file(label).named(loaded)
                found = self._public(label).get(loaded)
            except StarlarkError as error:
                yield block.line, str(error)
                continue
            helper = (
                inspect.isfunction(definition)
                and "name" not in inspect.signature(definition).parameters
            )
            if isinstance(found, Rule) and not helper:
                known[name] = found
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in known:
                line = block.line + node.lineno - 1
                given = {keyword.arg or "**" for keyword in node.keywords}
                yield from ((line, what) for what in _wrong(known[ast.unparse(node.func)], given))

    @staticmethod
    def own_labels(block: Block) -> Iterator[tuple[int, str]]:
        """Return (line, name) of each `:name` in a snippet: labels of its own package."""
        for number, line in enumerate(block.text.splitlines(), block.line):
            for name in re.findall(r"""["']:([^"']+)["']""", line.partition("#")[0]):
                yield number, name

    def declared(self, blocks: Sequence[Block]) -> set[str]:
        """Return the names of the targets that the snippets of one package declare, including a matrix of variants."""
        recipes = self._workspace.file("//models/private:shipped.bzl").named("RECIPES")
        names: set[str] = set()
        for block in blocks:
            try:
                calls = File("//snippet:BUILD", block.text).calls
            except StarlarkError:  # `complaints` says so
                continue
            for call in calls:
                given = call.keywords
                names |= {given["name"]} if "name" in given else set()
                if call.text == "model_variants":
                    names |= {*given.get("recipes", recipes)}
                if call.text == "model_suite":
                    variants = {*recipes, *given.get("bounds", ())}
                    names |= {"all_variants", "full_variants", "report"} | variants
                    names |= {f"{variant}_calibration_report" for variant in variants}
        return names


def _wrong(rule: Rule, given: Set[str]) -> Iterator[str]:
    attributes = {attribute.name for attribute in rule.attributes}
    for name in sorted(given - attributes - _COMMON):
        yield f"{rule.name} has no attribute {name}"
    for attribute in rule.attributes:
        if attribute.default is None and attribute.name not in given:
            yield f"{rule.name} needs the attribute {attribute.name}"
    if "name" not in given:
        yield f"{rule.name} needs a name"
