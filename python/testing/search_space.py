"""A small space over a shipped-like compression, and made-up outcomes on it."""

from typing import Any

from model_press.formats import compressions, strict_json
from model_press.search.outcome import Bounds, Outcome
from model_press.search.space import Parameter, Point, Space

BUDGETS = tuple(round(0.1 + 0.05 * index, 2) for index in range(9))
LEAST = (0.0, 0.1, 0.2, 0.3, 0.4)
BOUNDS = Bounds(0.015, None, None, None)

COMPRESSION = compressions.Compression(
    1,
    "small",
    compressions.Channels("l1", None, 0.5, "macs", True, 8, 0.2, True, (), "keep", 100),
    None,
    None,
    False,
    compressions.Training(3, 64, 0.002, 0.1, 0.01, 0.05, None, 1),
)


def space_of() -> Space:
    """Return 45 points."""
    return Space(
        COMPRESSION,
        (Parameter("channels.budget", BUDGETS, ()), Parameter("channels.least", LEAST, ())),
    )


def data_of() -> dict[str, Any]:
    """Return the same as JSON values, to be broken."""
    data: dict[str, Any] = strict_json.to_json(space_of())
    return data


def outcome_at(point: Point) -> Outcome:
    """Return an outcome: smaller loses more, and the second parameter is best at its third value."""
    budget, off = BUDGETS[point[0]], point[1] - 2
    drop = 0.015 * (0.27 / budget) ** 1.5 * (1 + 0.15 * off**2)
    size = 0.02 + 0.27 * budget * (1 + 0.03 * abs(point[1] - 1))
    return Outcome(point, round(drop, 6), round(size, 4), round(size + 0.15, 4), round(size, 4))
