"""Measures in turns, and reads and writes a benchmark's record: NAME.json for programs and NAME.md for people."""

import argparse
import dataclasses
import datetime
import os
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol, Self, TypeVar

from model_press.formats import files, strict_json
from model_press.formats.metrics import Machine
from model_press.measure import process, rounds
from model_press.measure.machine import counted, this_machine
from model_press.process import progress, user_path


class Page(Protocol):
    """A dataclass that is a record."""

    NAME: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def markdown(self) -> str:
        """Return the page for people."""


_Page = TypeVar("_Page", bound=Page)


@dataclasses.dataclass(frozen=True)
class Run:
    """What one run found. date: ISO 8601, the day of the run. rounds: in each all that is compared took its turn."""

    schema_version: int
    date: str
    machine: Machine
    rounds: int

    @classmethod
    def of_today(cls, rounds: int, **found: Any) -> Self:
        """Return a run of today on this machine."""
        return cls(1, today(), this_machine(), rounds, **found)

    def when_and_where(self) -> str:
        """Return the day and the machine, with which a page begins."""
        return f"{self.date}, {where(self.machine)}"


def write(report: Page, folder: str | os.PathLike[str]) -> None:
    """Write both files of a record into an existing folder."""
    path = os.path.join(folder, report.NAME)
    strict_json.write(f"{path}.json", report)
    files.write_bytes(f"{path}.md", report.markdown().encode())


def read(kind: type[_Page], folder: str | os.PathLike[str]) -> _Page:
    """Read the record of a kind from its folder."""
    path = os.path.join(folder, f"{kind.NAME}.json")
    return strict_json.read(kind, path, "record")


def page(title: str, *paragraphs: str) -> str:
    """Return a page with a blank line before each paragraph."""
    return "\n\n".join([f"# {title}", *paragraphs]) + "\n"


def table(titles: str, rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table; `titles` are separated by ` | `."""

    def line(cells: Iterable[object]) -> str:
        return f"| {' | '.join(map(str, cells))} |"

    names = titles.split(" | ")
    return "\n".join([line(names), "|" + "---|" * len(names), *map(line, rows)])


def today() -> str:
    """Return the day of the run in UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def where(machine: Machine) -> str:
    """Return the machine as a page names it."""
    return f"{machine.cpu_model} ({machine.cpu_class}, {counted(machine.cores, 'core')})"


def parser(prog: str, description: str, count: int | None = None) -> argparse.ArgumentParser:
    """Return the options of a benchmark that writes a record: --out FOLDER and, with a default `count`, --rounds."""
    result = argparse.ArgumentParser(prog=prog, description=description.splitlines()[0])
    folder = user_path.resolve
    result.add_argument("--out", required=True, type=folder, help="existing folder for the record")
    if count:
        result.add_argument("--rounds", type=int, default=count)
    return result


def in_turns(
    processes: Sequence[process.Process], count: int, what: str, skip_slow: bool = True
) -> list[rounds.Timed]:
    """Time processes in `count` interleaved rounds, and end them.

    Args:
      what: name of the progress bar.
      skip_slow: whether a slow one sits out rounds.
    """
    timed = [rounds.Timed(each.run) for each in processes]
    rounds.warm_up(timed)
    for index in progress.track(range(count), what):
        rounds.measure(timed, index if skip_slow else 0)
    for each in processes:
        each.close()
    return timed
