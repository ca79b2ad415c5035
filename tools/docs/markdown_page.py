"""Read a Markdown page: code blocks with their language, code in the text, links, headings."""

import dataclasses
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")


@dataclasses.dataclass(frozen=True)
class Block:
    """A code block.

    info: what follows the backquotes, such as "sh"; empty for an indented block.
    line: the number of its first line of code.
    """

    info: str
    line: int
    text: str


@dataclasses.dataclass(frozen=True)
class Page:
    """blocks: code blocks. inline: (line, code) in the text. links: (line, target). anchors: of the headings."""

    blocks: tuple[Block, ...]
    inline: tuple[tuple[int, str], ...]
    links: tuple[tuple[int, str], ...]
    anchors: frozenset[str]


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def parse(text: str) -> Page:
    """Read a page of CommonMark with tables."""
    tokens = _PARSER.parse(text)
    prose = [part for token in tokens for part in _prose(token)]
    return Page(
        blocks=tuple(
            Block(
                token.info.strip(),
                token.map[0] + (2 if token.type == "fence" else 1),
                token.content,
            )
            for token in tokens
            if token.type in ("fence", "code_block") and token.map
        ),
        inline=tuple((line, part.content) for line, part in prose if part.type == "code_inline"),
        links=tuple((line, target) for line, part in prose for target in _targets(part)),
        anchors=frozenset(
            anchor(after.content)
            for token, after in zip(tokens, tokens[1:], strict=False)
            if token.type == "heading_open"
        ),
    )


def _prose(token: Token) -> Iterator[tuple[int, Token]]:
    """Yield (line, part) of a paragraph, a heading or a cell, and of HTML between them."""
    line = token.map[0] + 1 if token.map else 1
    if token.type == "html_block":
        yield line, token
    for part in token.children or ():
        yield line, part
        line += part.type in ("softbreak", "hardbreak")


def _targets(part: Token) -> Iterator[str]:
    if part.type == "link_open":
        yield str(part.attrs["href"])
    elif part.type == "image":
        yield str(part.attrs["src"])
    elif part.type in ("html_inline", "html_block"):
        yield from re.findall(r"(?:src|href)=\"([^\"]+)\"", part.content)
