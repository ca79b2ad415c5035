"""Parses commands in documentation: words, labels and files, and the arguments after `--`."""

import dataclasses
import itertools
import re
import shlex
from collections.abc import Iterator

import markdown_page

# Programs whose commands are looked into. `bazelisk` and `bazelw` are Bazel.
_BAZEL = {"bazel", "bazelisk", "./bazelw"}
_LABEL = re.compile(r"^-?(@\w+)?//[\w./-]*(:[\w.+/-]+)?$")


@dataclasses.dataclass(frozen=True)
class Command:
    """One command. line: its line in the page. words: as a shell splits it, without a comment."""

    line: int
    words: tuple[str, ...]

    @property
    def is_bazel(self) -> bool:
        return self.words[0] in _BAZEL

    @property
    def own_words(self) -> tuple[str, ...]:
        """Without what `bazel run` passes on."""
        return self.words[: self.words.index("--")] if "--" in self.words else self.words

    @property
    def passed_on(self) -> tuple[str, ...]:
        """What follows `--`."""
        return self.words[self.words.index("--") + 1 :] if "--" in self.words else ()

    def labels(self) -> Iterator[str]:
        """Return the labels and patterns of this repository among a Bazel command's words, and in its options."""
        for word in self.own_words[1:]:
            option = re.match(r"^--(//[^=]+)(?:=(.*))?$", word)
            parts = [option[1], option[2] or ""] if option else [word]
            for part in parts:
                if _LABEL.match(part) and not part.startswith("@"):
                    yield part.lstrip("-")
        for word in self.words:
            if word.startswith(("attr(", "deps(", "kind(", "rdeps(")):
                yield from re.findall(r"//[\w./-]*(?::[\w.+/-]+)?", word)


def split_command(text: str) -> Iterator[tuple[str, ...]]:
    """Return the commands of one shell line, taken apart at && and ;."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&;|<>")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    for is_separator, words in itertools.groupby(lexer, lambda word: set(word) <= set("&;|")):
        if not is_separator:
            yield tuple(words)


def of_page(page: markdown_page.Page, programs: set[str]) -> Iterator[Command]:
    """Return every command of a page: in blocks without language or of `sh`, and in inline code.

    Args:
      programs: first words by which code in the text is known as a command.
    """
    for block in page.blocks:
        if block.info not in ("", "sh"):
            continue
        text = block.text.replace("\\\n", "  ")  # a continued line counts as one
        for number, line in enumerate(text.splitlines(), block.line):
            for words in split_command(line):
                yield Command(number, words)
    for number, code in page.inline:
        first = code.split(" ", 1)[0]
        if first in programs | _BAZEL and " " in code:
            for words in split_command(code.replace("…", "")):
                yield Command(number, words)
