"""Find words and phrases that readers stumble over, in the prose of Python, Starlark and Markdown.

Code, fenced blocks and `code` in a text do not count.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

# Pattern -> what to write instead. In pieces where the file would not pass its own check.
WORDS = {
    r"\bane" r"w\b": "again",
    r"\bman(ie|y)th\b": "every N-th",
    r"\bshee" r"ts?\b": "manifest",
    r"(?<!not )\bso man" r"y\b": "a number",
    r"\bsome" r"body\b": "name who: a user, a client",
    r"\bwhat" r"ever\b": "any, or: regardless of",
    r"\bwho" r"ever\b": "name who: the reader, a user",
    r"(?<!there )\bis no (?!longer\b|more\b|other\b|such\b)[a-z]+(?<!er)\b": "is not a",
}
# Not history, pages made of the names of tests, records of runs.
_FILES = re.compile(
    r"(?!(.*/)?(CHANGELOG|pain|gates|seeded_faults)\.md|(.*/)?records/)(.*\.(py|bzl|md)|(.*/)?BUILD)"
)
_CODE = re.compile(r"`[^`]*`|\"[^\"]*\"|\(http[^)]*\)")
_FENCE = re.compile(r"^\s*(```|~~~)")


def takes(path: str) -> bool:
    """Return whether a file's prose is checked."""
    return bool(_FILES.fullmatch(path))


def complaints(path: str, text: str) -> Iterator[str]:
    """Yield `path:line: word: remedy` for each hit in the prose of one file."""
    for number, line in prose(path, text):
        shown = _CODE.sub("``", line)
        for pattern, remedy in WORDS.items():
            if found := re.search(pattern, shown, re.IGNORECASE):
                yield f"{path}:{number}: '{found[0]}' is hard to read: write '{remedy}' or rephrase"


def prose(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the (line number, line) pairs of docstrings and comments, or of a page."""
    if path.endswith(".md"):
        fenced = False
        for number, line in enumerate(text.splitlines(), 1):
            if _FENCE.match(line):
                fenced = not fenced
            elif not fenced:
                yield number, line
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
        tree = ast.parse(text)
    except (SyntaxError, tokenize.TokenError):  # Starlark that is not Python
        return
    for node in ast.walk(tree):
        # Docstrings, and any other text that stands alone or is a rule's `doc`.
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(node, ast.keyword) and node.arg == "doc":
            value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            for offset, line in enumerate(value.value.splitlines()):
                yield value.lineno + offset, line
