"""The search: points are proposed and tried, the store remembers them, the best that keeps the bounds wins."""

import os
import pathlib
from collections.abc import Callable, Iterator

from model_press.formats import strict_json
from model_press.formats.errors import UserError
from model_press.search import propose
from model_press.search.outcome import Bounds, Goal, Outcome, excesses, rejections
from model_press.search.space import Point, Space


class Store:
    """The finished trials of one search, a file each in a folder, so that a killed search can resume."""

    def __init__(self, folder: str | os.PathLike[str]):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def outcomes(self) -> Iterator[Outcome]:
        """Return the finished trials, in the order of their points."""
        for path in sorted(self._folder.glob("trial_*.json")):
            yield strict_json.read(Outcome, path, "trial")

    def add(self, outcome: Outcome) -> None:
        """Keep a trial; the file appears whole or not at all."""
        name = "trial_" + "_".join(f"{index:03}" for index in outcome.point) + ".json"
        strict_json.write(self._folder / name, outcome)

    def scratch(self, point: tuple[int, ...]) -> pathlib.Path:
        """Return a folder for a trial's own files, the same when it is tried again after a kill."""
        folder = self._folder / ("work_" + "_".join(f"{index:03}" for index in point))
        folder.mkdir(exist_ok=True)
        return folder


def search(
    space: Space,
    bounds: Bounds,
    goal: Goal,
    trials: int,
    seed: int,
    evaluate: Callable[[Point], Outcome],
    store: Store,
    say: Callable[[str], None] = print,
) -> list[Outcome]:
    """Try points until `trials` of them are known, including those of earlier runs.

    Args:
      trials: as many as the space has points, or more, try them all in order.
      evaluate: makes and measures the variant at a point.
      say: takes a line for each trial.
    Returns:
      All known outcomes, in the order of their points.
    """
    known = {outcome.point: outcome for outcome in store.outcomes()}
    wanted = min(trials, space.size)
    while len(known) < wanted:
        if wanted == space.size:
            point = next(point for point in space.points() if point not in known)
        else:
            point = propose.propose(space, bounds, goal, list(known.values()), seed)
        outcome = evaluate(point)
        store.add(outcome)
        known[point] = outcome
        why = "; ".join(rejections(outcome, bounds))
        say(f"trial {len(known)}/{wanted} {_shown(space, outcome)}: {why or 'keeps the bounds'}")
    return sorted(known.values(), key=lambda outcome: outcome.point)


def winner(outcomes: list[Outcome], bounds: Bounds, goal: Goal, space: Space) -> Outcome:
    """Return the outcome with the lowest goal among those that keep the bounds; of equals the first.

    Raises:
      UserError: none keeps them; the message has the nearest one.
    """
    good = [outcome for outcome in outcomes if not any(rejections(outcome, bounds))]
    if good:
        return min(good, key=lambda outcome: (getattr(outcome, goal), outcome.point))
    made = [outcome for outcome in outcomes if not outcome.failure]
    if not made:
        raise UserError(f"none of {len(outcomes)} trials made a variant: {outcomes[0].failure}")
    nearest = min(
        made, key=lambda outcome: sum(max(0.0, e) for e in excesses(outcome, bounds).values())
    )
    raise UserError(
        f"none of {len(outcomes)} trials keeps the bounds; the nearest, {_shown(space, nearest)}, fails: "
        f"{'; '.join(rejections(nearest, bounds))}; widen the space or the bounds, or allow more --trials"
    )


def _shown(space: Space, outcome: Outcome) -> str:
    values = ", ".join(
        f"{field} {value}" for field, value in space.values_at(outcome.point).items()
    )
    if outcome.top1_drop is None:
        return values
    return (
        f"{values}: top-1 {-100 * outcome.top1_drop:+.2f} points, size {outcome.size_ratio:.3f}, "
        f"latency {outcome.latency_ratio:.3f}, memory {outcome.memory_ratio:.3f}"
    )
