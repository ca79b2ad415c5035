"""BUILD snippets in documentation: every rule exists, every attribute is one of its attributes, none is left out."""

import ast
from collections.abc import Iterator, Mapping, Sequence

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
            tree = ast.parse(block.text)
            file = File(self._workspace, package, block.text)
        except (SyntaxError, StarlarkError) as error:
            yield block.line, f"the snippet cannot be read: {error}"
            return
        known: dict[str, Rule] = {}
        for name, (source, loaded) in file.loads.items():
            label = source.removeprefix("@model_press")
            if label.startswith(":"):
                label = package.partition(":")[0] + label
            try:
                offered = self._workspace.file(label)
                _, definition = offered.definition(loaded)
                found = self._public(label).get(loaded)
            except StarlarkError as error:
                yield block.line, str(error)
                continue
            takes_name = not isinstance(definition, ast.FunctionDef) or any(
                argument.arg == "name" for argument in definition.args.args
            )
            if isinstance(found, Rule) and takes_name:
                known[name] = found
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in known
            ):
                line = block.line + node.lineno - 1
                yield from ((line, what) for what in _wrong(known[node.func.id], node))

    @staticmethod
    def own_labels(block: Block) -> Iterator[tuple[int, str]]:
        """Return (line, name) of each `:name` in a snippet: labels of its own package."""
        for node in ast.walk(_tree(block)):
            if isinstance(node, ast.Constant) and str(node.value).startswith(":"):
                yield block.line + node.lineno - 1, str(node.value)[1:]

    def declared(self, blocks: Sequence[Block]) -> set[str]:
        """Return the names of the targets that the snippets of one package declare, including a matrix of variants."""
        shipped = self._workspace.file("//models/private:shipped.bzl")
        recipes = list(shipped.value(shipped.assignments["RECIPES"]))
        names: set[str] = set()
        for tree in map(_tree, blocks):
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                if "name" in given:
                    names.add(ast.literal_eval(given["name"]))
                if node.func.id == "model_variants":
                    own = given.get("recipes")
                    names |= set(ast.literal_eval(own) if own else recipes)
                if node.func.id == "model_suite":
                    names |= _of_suite(given, recipes)
        return names


def _of_suite(given: Mapping[str | None, ast.expr], recipes: Sequence[str]) -> set[str]:
    """Return the names of the targets that a model_suite makes and that pages speak of."""
    bounds = given.get("bounds")
    keys = bounds.keys if isinstance(bounds, ast.Dict) else []
    variants = {*recipes, *(ast.literal_eval(key) for key in keys if key)}
    reports = {f"{variant}_calibration_report" for variant in variants}
    return {"all_variants", "full_variants", "report"} | variants | reports


def _tree(block: Block) -> ast.Module:
    """Return a snippet's syntax tree, empty if it cannot be read: `complaints` says so."""
    try:
        return ast.parse(block.text)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _wrong(rule: Rule, call: ast.Call) -> Iterator[str]:
    given = {keyword.arg for keyword in call.keywords}
    attributes = {attribute.name for attribute in rule.attributes}
    for name in sorted(given - attributes - _COMMON, key=str):
        yield f"{rule.name} has no attribute {name}"
    for attribute in rule.attributes:
        if attribute.default is None and attribute.name not in given:
            yield f"{rule.name} needs the attribute {attribute.name}"
    if "name" not in given:
        yield f"{rule.name} needs a name"
