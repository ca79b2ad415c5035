"""Finds symbols in Starlark files that Bazel 8 and 9 removed."""

import ast
import re
from collections.abc import Iterator

# Rules that must be loaded: Bazel 8 removed most, Bazel 9 the last (cc_, sh_).
_RULES = re.compile(
    r"(android|apple|cc|java|objc|proto|py|sh)_(\w+_)?(binary|import|info|library|plugin|runtime|runtime_pair|test|toolchain)|java_proto_library|aar_import"
)

# Globals that must be loaded.
_GLOBALS = {
    "ApkInfo",
    "CcInfo",
    "CcToolchainConfigInfo",
    "JavaInfo",
    "JavaPluginInfo",
    "ObjcProvider",
    "ProtoInfo",
    "PyInfo",
    "PyRuntimeInfo",
    "apple_common",
    "cc_common",
    "java_common",
    "proto_common",
    "py_internal",
}

# Arguments that no rule takes any more, and values; a value of None is any.
_ARGUMENTS = {
    ("cfg", "host"),
    ("exec_tools", None),
    ("incompatible_use_toolchain_transition", None),
    ("non_empty", None),
    ("output_to_genfiles", None),
    ("single_file", None),
}

_LABELS = (
    "@bazel_tools//platforms",
    "@bazel_tools//src/conditions:host",
    "@local_config_platform//",
)

# What hands the old names on to Bazel 4 to 6, and is loaded by them alone.
EXEMPT = re.compile(r"third_party/shims/|(.*/)?WORKSPACE$|tools/repositories\.bzl$")


def complaints(path: str, text: str) -> Iterator[str]:
    """Yield `path:line: what` for each use in one BUILD or .bzl file.

    Args:
      path: relative to the workspace's root.
      text: what the file holds.
    Raises:
      SyntaxError: if the Starlark is not valid Python.
    """
    if EXEMPT.match(path):
        return
    tree = ast.parse(text)
    known = {name for node in ast.walk(tree) for name in _bound(node)}
    for node in ast.walk(tree):
        for what in _of_node(node, known):
            yield f"{path}:{getattr(node, 'lineno', 1)}: {what}"


def _bound(node: ast.AST) -> Iterator[str]:
    """Return the names that a node loads or defines."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load":
        yield from (str(ast.literal_eval(argument)) for argument in node.args[1:])
        yield from (keyword.arg for keyword in node.keywords if keyword.arg)
    elif isinstance(node, ast.FunctionDef):
        yield node.name
        yield from (argument.arg for argument in node.args.args + node.args.kwonlyargs)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _of_node(node: ast.AST, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id not in known:
        if node.id in _GLOBALS or _RULES.fullmatch(node.id):
            yield f"{node.id} is not loaded; load it from its rule set"
    elif isinstance(node, ast.Attribute):
        if (
            isinstance(node.value, ast.Name)
            and node.value.id == "native"
            and _RULES.fullmatch(node.attr)
        ):
            yield f"native.{node.attr} is gone; load it from its rule set"
        if node.attr == "host_fragments":
            yield "host_fragments is gone"
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if (keyword.arg, None) in _ARGUMENTS or (keyword.arg, value) in _ARGUMENTS:
                yield f"{keyword.arg} = {ast.unparse(keyword.value)} is gone"
    elif isinstance(node, ast.Constant) and str(node.value).startswith(_LABELS):
        yield f"{node.value!s} is gone"
