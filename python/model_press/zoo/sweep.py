"""The record of which digits nets were trained, and the rule that picks one of them."""

from __future__ import annotations

import dataclasses
import json
import os

from model_press import files
from model_press.errors import UserError

# The chosen net's held-out accuracy may be this much below the widest net's.
TOLERANCE = 0.005


@dataclasses.dataclass(frozen=True)
class Run:
    """One trained net.

    Attributes:
      width: factor on the channels.
      size: input height and width in pixels.
      parameters: of the whole net.
      accuracy: top-1 on the 2,000 held-out digits, 0 to 1.
    """

    width: float
    size: int
    parameters: int
    accuracy: float


@dataclasses.dataclass(frozen=True)
class Sweep:
    """A recorded sweep.

    Attributes:
      epochs, seed: of every run.
      machine: the processor that trained.
      runs: the trained nets.
    """

    epochs: int
    seed: int
    machine: str
    runs: tuple[Run, ...]

    def widest(self) -> Run:
        """Returns the widest net, of equally wide ones that with the largest input."""
        return max(self.runs, key=lambda run: (run.width, run.size))

    def chosen(self) -> Run:
        """Returns the smallest net within TOLERANCE of the widest one's accuracy.

        Smallest: the fewest parameters, of equal ones the smallest input.
        """
        # Accuracies are multiples of 1/2000; half of that keeps rounding out of the comparison.
        least = self.widest().accuracy - TOLERANCE - 1 / 4000
        good = [run for run in self.runs if run.accuracy >= least]
        return min(good, key=lambda run: (run.parameters, run.size))


def read(path: str) -> Sweep:
    """Reads a record; UserError where it is none."""
    record = files.read_json(path, "sweep record")
    try:
        runs = tuple(Run(**run) for run in record["runs"])
        return Sweep(record["epochs"], record["seed"], record["machine"], runs)
    except (KeyError, TypeError) as error:
        raise UserError(f"{path} is not a sweep record ({error}): run sweep_digits again") from None


def write(sweep: Sweep, folder: str) -> None:
    """Writes sweep.json and, for people, sweep.md into a folder."""
    record = dataclasses.asdict(sweep)
    record["chosen"] = dataclasses.asdict(sweep.chosen())
    files.write_json(os.path.join(folder, "sweep.json"), json.loads(json.dumps(record)))
    files.write_bytes(os.path.join(folder, "sweep.md"), _page(sweep).encode())


def _page(sweep: Sweep) -> str:
    lines = [
        "# Which net reads the digits",
        "",
        f"{sweep.epochs} epochs each, seed {sweep.seed}, on {sweep.machine}; accuracy on the 2,000",
        "held-out digits. The rule: the smallest net (fewest parameters, then smallest input)",
        f"within {TOLERANCE:.1%} of the widest. Written by `sweep_digits`.",
        "",
        "| width | input | parameters | held-out accuracy | |",
        "|---|---|---|---|---|",
    ]
    for run in sorted(sweep.runs, key=lambda run: (run.width, run.size)):
        notes = [
            note
            for note, marked in (("widest", sweep.widest()), ("chosen", sweep.chosen()))
            if run == marked
        ]
        lines.append(
            f"| {run.width:g} | {run.size}x{run.size} | {run.parameters:,} | {run.accuracy:.2%} "
            f"| {', '.join(notes)} |"
        )
    return "\n".join(lines) + "\n"
