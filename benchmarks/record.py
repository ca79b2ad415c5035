"""Reads and writes a benchmark's record: NAME.json for programs and NAME.md for people."""

import datetime
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from model_press.formats import files, strict_json
from model_press.formats.metrics import Machine
from model_press.measure.machine import counted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Report = TypeVar("_Report", bound="DataclassInstance")


def write(report: object, markdown: str, folder: str, name: str) -> None:
    """Write both files of a record (a dataclass) into an existing folder."""
    files.write_json(os.path.join(folder, f"{name}.json"), strict_json.to_json(report))
    files.write_bytes(os.path.join(folder, f"{name}.md"), markdown.encode())


def read(kind: type[_Report], path: str | os.PathLike[str]) -> _Report:
    """Read NAME.json as the dataclass that was written."""
    return strict_json.from_json(kind, files.read_json(path, "record"), "record")


def table(titles: str, rows: Iterable[Iterable[object]]) -> list[str]:
    """Return the lines of a Markdown table; `titles` are separated by ` | `."""

    def line(cells: Iterable[object]) -> str:
        return f"| {' | '.join(map(str, cells))} |"

    names = titles.split(" | ")
    return [line(names), "|" + "---|" * len(names), *map(line, rows)]


def today() -> str:
    """Return the day of the run in UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def where(machine: Machine) -> str:
    """Return the machine as a page names it."""
    return f"{machine.cpu_model} ({machine.cpu_class}, {counted(machine.cores, 'core')})"


def when_and_where(date: str, machine: Machine) -> str:
    """Return the day and the machine, with which a page begins."""
    return f"{date}, {where(machine)}"
