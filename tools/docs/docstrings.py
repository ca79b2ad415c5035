"""Takes a docstring apart: its text, and what stands under Args, Returns, Yields and Raises."""

import dataclasses
import re
from collections.abc import Mapping

_SECTION = re.compile(r"(Args|Returns|Yields|Raises):$")
_ITEM = re.compile(r" {2}\*{0,2}(\w+(?:, \*{0,2}\w+)*): *(.*)")
# What these sections say has no name in front.
_NAMELESS = ("Returns", "Yields")


@dataclasses.dataclass(frozen=True)
class Docstring:
    """text: without the sections, as written. sections: name -> (name of an argument or error, text), one line each."""

    text: str
    sections: Mapping[str, tuple[tuple[str, str], ...]]


def parse(text: str) -> Docstring:
    """Reads a docstring without its indentation, as inspect.cleandoc gives it."""
    before: list[str] = []
    sections: dict[str, list[list[str]]] = {}
    section = ""
    for line in text.splitlines():
        header = _SECTION.match(line)
        if header:
            section = header[1]
            sections[section] = []
        elif section and (line.startswith(" ") or not line):
            _add(sections[section], line, section in _NAMELESS)
        else:
            section = ""
            before.append(line)
    return Docstring(
        "\n".join(before).strip(),
        {
            name: tuple((item, " ".join(said.split())) for item, said in items)
            for name, items in sections.items()
        },
    )


def _add(items: list[list[str]], line: str, nameless: bool) -> None:
    start = None if nameless else _ITEM.match(line)
    if start:
        items.append([start[1].replace("*", ""), start[2]])
    elif items:
        items[-1][1] += " " + line
    elif line:
        items.append(["", line])
