"""Every message that a user's mistake gets, read from the sources.

In Python: what an error of ours is made with (UserError, and every class that this tree derives from it or from
Exception), and `need(condition, message)`. In Starlark: what `fail` is called with.
"""

import ast
import dataclasses
import pathlib
import re
from collections.abc import Iterable, Iterator, Sequence, Set

# A function of this name checks a condition and raises UserError with the message otherwise.
_CHECKER = "need"


@dataclasses.dataclass(frozen=True)
class Message:
    """One place that a message is made at.

    text: with `{...}` for each value put in. built: the message is made elsewhere and only passed on here.
    """

    path: str
    line: int
    text: str
    built: bool = False


def _template(node: ast.expr) -> str | None:
    """The text of a string expression, `{...}` for values; None where it is no literal text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{...}" for part in values
            )
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            sides = [_template(left), _template(right)]
            return "".join(side if side is not None else "{...}" for side in sides)
        case ast.IfExp(body=body, orelse=other):
            # Both must be good: the worse one counts, which is the shorter.
            parts = [part for part in (_template(body), _template(other)) if part is not None]
            return min(parts, key=len) if parts else None
        case (
            ast.Call(func=ast.Attribute(attr="format", value=value))
            | ast.BinOp(op=ast.Mod(), left=value)
        ):
            pattern = _template(value)
            return None if pattern is None else re.sub(r"\{\w*\}|%[sdr]", "{...}", pattern)
    return None


def error_classes(trees: Iterable[ast.AST]) -> frozenset[str]:
    """Names of the exceptions that these sources define."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Exception"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return frozenset(found - {"Exception"})


def messages(root: pathlib.Path, paths: Sequence[str]) -> Iterator[Message]:
    """The messages of Python and Starlark files, in the order of the files."""
    trees = {path: ast.parse((root / path).read_text("utf-8")) for path in sorted(paths)}
    errors = error_classes(trees.values())
    for path, tree in trees.items():
        for node in ast.walk(tree):
            found = _argument(node, errors)
            if found is None:
                continue
            text = _template(found)
            if text is None:
                yield Message(path, found.lineno, ast.unparse(found), built=True)
            else:
                yield Message(path, found.lineno, text)


def _argument(node: ast.AST, errors: Set[str]) -> ast.expr | None:
    """The message of `UserError(message)`, raised or returned, of `need(condition, message)` or of `fail(message)`."""
    if isinstance(node, ast.Call) and node.args:
        function = ast.unparse(node.func)
        if function.rpartition(".")[2] in errors:
            return node.args[0]
        if function == _CHECKER and len(node.args) == 2:
            return node.args[1]
        if function == "fail":
            return node.args[0]
    return None


# What a message says of the way out: what is expected, or what to do. "X is not a model" and "it has A, B" tell what
# would do.
_EXPECTED = re.compile(
    r"\b(expected|must|needs?|needed|only|at least|at most|or (more|newer|less)|has to|instead|allowed|below|above|"
    r"between|known (are|is)|(is|are) (known|supported|for)|goes? with|one of|there (is|are)|"
    r"(is|are) not (an?|among|in|of|the|valid|its)|not a multiple|is missing|lacks|twice|says|asks for|"
    r"(it|which) has|runs on|fields are|than this|which is no|which makes no|neither|got)\b|[<>=]=|\.\.",
    re.IGNORECASE,
)
_FIX = re.compile(
    r"\b(use|choose|give|check|run|installs?|remove|take|set|fetch|export|save|convert|rebuild|update|add|put|leave|"
    r"raise|lower|try|see|free|drop|name|write|train|pass|make|turn|re-\w+|retry|build|show|allow|connect|start|stop|delete|glob|call|keep|label|measure|declare|lock)\b",
    re.IGNORECASE,
)


# Another program's reason, or a hint that is chosen elsewhere, ends the message.
_PASSED_ON = re.compile(
    r"[:;] (\{\.\.\.\})+$|\(\{\.\.\.\}\)(\{\.\.\.\})?$|^model \{\.\.\.\} \{\.\.\.\}$"
)

_NAMED = re.compile(
    r"\{\.\.\.\}|'[^']+'|`[^`]+`|\b\w+ is (missing|not installed)\b|\bhas no [\w-]+|\bnone of [\w-]+"
)
# Rules name their target themselves; of what Python raises, the command line prints the label, and of a repository
# rule's failure Bazel the repository.
_NAMES_TARGET = re.compile(r"^(models|ios|tools/(android|pi|jvm)/private)/.*\.bzl$")


def faults(message: Message) -> Iterator[str]:
    """What a message lacks: the target, the thing found, what is expected or the fix; and whether it is one line."""
    text = message.text
    plain = text.replace("{...}", " ")
    if _NAMES_TARGET.match(message.path) and not re.match(r"(//)?\{...\}(:\{...\})?: ", text):
        yield "does not begin with the target"
    if not _NAMED.search(text.removeprefix("{...}: ") if message.path.endswith(".bzl") else text):
        yield "names nothing that was found"
    if not (_EXPECTED.search(plain) or _FIX.search(plain) or _PASSED_ON.search(text)):
        yield "says neither what is expected nor what to do"
    if "\n" in text.strip():
        yield "is more than one line"
    if text.rstrip().endswith((".", "!")):
        yield "ends like a sentence; messages are joined with others"
