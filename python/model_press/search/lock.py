"""Reads and writes best.lock.json: the winner of a search, its trials and its bounds."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any, Literal

from model_press.formats import compressions, files, strict_json
from model_press.formats.errors import UserError
from model_press.formats.metrics import Machine
from model_press.search.outcome import Bounds, Goal, Outcome, rejections
from model_press.search.space import Space


@dataclasses.dataclass(frozen=True)
class Tried:
    """One trial. values: the compression's open fields, as JSON text. rejected: why it cannot win, or ""."""

    values: str
    outcome: Outcome
    rejected: str


@dataclasses.dataclass(frozen=True)
class Lock:
    """The whole file.

    space_sha256: digest of the space. space_points: how many points it has. machine: where the trials were measured.
    winner: outcome of the winner. compression: the winner's recipe, ready to build.
    """

    schema_version: Literal[1]
    space_sha256: str
    space_points: int
    goal: Goal
    bounds: Bounds
    machine: Machine
    winner: Outcome
    compression: compressions.Compression
    trace: tuple[Tried, ...]


def make(
    name: str,
    space: Space,
    bounds: Bounds,
    goal: Goal,
    outcomes: Sequence[Outcome],
    best: Outcome,
    machine: Machine,
) -> Lock:
    """Return the lock of a finished search; `name` becomes the compression's."""
    trace = tuple(
        Tried(
            files.dump_json(space.values_at(each.point)).decode().strip(),
            each,
            "; ".join(rejections(each, bounds)),
        )
        for each in outcomes
    )
    compression = space.at(best.point, name)
    return Lock(1, space.digest, space.size, goal, bounds, machine, best, compression, trace)


def read(path: str | os.PathLike[str]) -> Lock:
    """Read and validate a lock."""
    where = f"search lock {os.path.basename(path)}"
    data = files.read_json(path, "search lock")
    found = strict_json.from_json(Lock, data, where)
    compressions.parse(data["compression"], f"{where}: compression")
    return found


def check(lock: Lock, space: Space, bounds: Bounds, goal: Goal, command: str) -> None:
    """Refuse a lock that does not belong to the space and the bounds as they are now.

    Args:
      command: what makes a new one, for the message.
    Raises:
      UserError: the lock is stale or was edited.
    """

    def need(held: bool, what: str, locked: Any, wanted: Any) -> None:
        if not held:
            raise UserError(
                f"the lock is stale: its {what} is {locked}, expected {wanted}; search again: {command}"
            )

    need(lock.space_sha256 == space.digest, "space", lock.space_sha256[:12], space.digest[:12])
    need(lock.goal == goal, "goal", lock.goal, goal)
    for field in dataclasses.fields(Bounds):
        locked, wanted = getattr(lock.bounds, field.name), getattr(bounds, field.name)
        need(locked == wanted, f"bound on {field.name}", locked, wanted)
    made = space.at(lock.winner.point, lock.compression.name)
    need(made == lock.compression, "compression", "edited", f"that of point {lock.winner.point}")
    why = "; ".join(rejections(lock.winner, bounds))
    need(not why, "winner", why, "one that keeps the bounds")
