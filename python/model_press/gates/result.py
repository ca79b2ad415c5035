"""The report of a gate."""

import dataclasses
from typing import Any

_WRITTEN = ("name", "measured", "bound", "margin", "green")


@dataclasses.dataclass(frozen=True)
class Measure:
    """One measured number against its bound.

    at_most: True if the number must not exceed the bound, False if it must not fall below.
    """

    name: str
    measured: float
    bound: float
    at_most: bool

    @property
    def margin(self) -> float:
        """How far inside the bound; negative is red."""
        return self.bound - self.measured if self.at_most else self.measured - self.bound

    @property
    def green(self) -> bool:
        # A NaN compares false, so it is red.
        return self.margin >= -1e-12  # 1 - 0.995 is not exactly 0.005

    def line(self) -> str:
        """Return a line such as "accuracy drop: measured 0.0020, at most 0.0050, margin 0.0030"."""
        word = "at most" if self.at_most else "at least"
        return (
            f"{self.name}: measured {self.measured:.6g}, {word} {self.bound:.6g}, "
            f"margin {self.margin:.6g}"
        )


@dataclasses.dataclass(frozen=True)
class Result:
    """A gate's outcome. facts: further values worth knowing, by name."""

    check: str
    measures: tuple[Measure, ...]
    facts: dict[str, float | str]

    @property
    def green(self) -> bool:
        return all(measure.green for measure in self.measures)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object that the gate writes."""
        return {
            "check": self.check,
            "green": self.green,
            "measures": [{name: getattr(m, name) for name in _WRITTEN} for m in self.measures],
            "facts": self.facts,
        }

    def lines(self) -> list[str]:
        """Return human-readable lines, one per measure, then the facts."""
        facts = ", ".join(f"{name} {_number(value)}" for name, value in self.facts.items())
        return [measure.line() for measure in self.measures] + ([facts] if facts else [])

    def failure(self) -> str:
        """Return one line naming the measures that are red."""
        return f"{self.check}: " + "; ".join(m.line() for m in self.measures if not m.green)


def _number(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
