"""Takes a Markdown page apart: code blocks with their language, code in the text, links, headings."""

import dataclasses
import re
from collections.abc import Iterator

_FENCE = re.compile(r"^(?P<indent> *)(`{3,})(?P<info>[^`]*)$")
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


@dataclasses.dataclass(frozen=True)
class Block:
    """A code block.

    info: what stands behind the backquotes, such as "sh"; empty for an indented block. line: its first line's number.
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
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def parse(text: str) -> Page:
    """Reads a page: fenced blocks, also indented ones, and blocks of four spaces after an empty line."""
    blocks, prose = [], []
    lines = iter(enumerate(text.splitlines(), 1))
    before = ""
    for number, line in lines:
        fence = _FENCE.match(line)
        if fence:
            blocks.append(_fenced(lines, number, fence))
        elif line.startswith("    ") and (
            not before.strip() or (blocks and before.startswith("    "))
        ):
            blocks.append(Block("", number, line[4:] + "\n"))
        else:
            prose.append((number, line))
        before = line
    return Page(
        blocks=tuple(_joined(blocks)),
        inline=tuple((number, code) for number, line in prose for code in _INLINE.findall(line)),
        links=tuple(
            (number, target or source)
            for number, line in prose
            for target, source in _LINK.findall(_INLINE.sub("", line))
        ),
        anchors=frozenset(
            anchor(line.lstrip("#")) for _, line in prose if re.match(r"#{1,6} ", line)
        ),
    )


def _fenced(lines: Iterator[tuple[int, str]], start: int, fence: re.Match[str]) -> Block:
    indent = len(fence["indent"])
    content = []
    for _, line in lines:
        if line.strip().startswith("```"):
            break
        content.append(line[indent:] if not line[:indent].strip() else line)
    return Block(fence["info"].strip(), start + 1, "".join(line + "\n" for line in content))


def _joined(blocks: list[Block]) -> Iterator[Block]:
    """Neighbouring lines of an indented block as one."""
    open_block: Block | None = None
    for block in blocks:
        if (
            open_block is not None
            and not block.info
            and not open_block.info
            and block.line == open_block.line + open_block.text.count("\n")
        ):
            open_block = Block("", open_block.line, open_block.text + block.text)
            continue
        if open_block:
            yield open_block
        open_block = block
    if open_block:
        yield open_block
