"""Selects the coupled sets to keep, evenly in every group or ranked over all groups."""

import dataclasses
import math

import numpy as np

from model_press.compress.channels import cost
from model_press.compress.channels.channel_groups import ChannelGroup, Coupling
from model_press.formats.errors import UserError

_HALVINGS = 40


@dataclasses.dataclass(frozen=True)
class Aim:
    """How much stays.

    share: of the channels of every group (even), or of all that can leave (uneven); None with a budget.
    budget: share of the original's cost that the result may have; None with a share.
    unit: what the budget counts.
    uneven: rank channels across groups by score per saved cost, instead of an equal share of each.
    multiple: kept channels of a group are a multiple of this where the group is large enough.
    least: smallest share of a group's channels that stays.
    """

    share: float | None
    budget: float | None
    unit: cost.Unit
    uneven: bool
    multiple: int
    least: float


def select(coupling: Coupling, scores: np.ndarray, aim: Aim) -> np.ndarray:
    """Return which coupled sets to keep, bool [sets].

    Raises:
      UserError: nothing can be pruned, or the budget lies below what must stay.
    """
    groups = coupling.prunable()
    if not groups:
        kept = "; ".join(f"{', '.join(g.layers)} ({g.kept})" for g in coupling.groups[:4])
        raise UserError(f"no channel of the model can be pruned: {kept}")
    order = _Uneven(coupling, groups, scores, aim) if aim.uneven else _Even(groups, scores, aim)
    if aim.budget is None:
        return order.keep(coupling, aim.share)
    everything = np.ones(coupling.count, bool)
    allowed = aim.budget * cost.total(coupling, everything, aim.unit)
    low, high = 0.0, 1.0
    least = order.keep(coupling, low)
    if cost.total(coupling, least, aim.unit) > allowed:
        smallest = cost.total(coupling, least, aim.unit) / cost.total(
            coupling, everything, aim.unit
        )
        raise UserError(
            f"the budget of {aim.budget:.3g} of the {aim.unit} cannot be met: with {aim.least:.0%} of each "
            f"group kept, {smallest:.3f} remains; raise the budget or lower `least`"
        )
    best = least
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        keep = order.keep(coupling, middle)
        if cost.total(coupling, keep, aim.unit) <= allowed:
            low, best = middle, keep
        else:
            high = middle
    return best


def kept_count(size: int, wanted: float, multiple: int, least: float) -> int:
    """Round `wanted` channels of `size` to the nearest multiple (half up), at least `least` and one multiple."""
    floor = max(1, math.ceil(size * least - 1e-9))
    count = max(floor, math.floor(wanted / multiple + 0.5) * multiple, min(multiple, size))
    return min(size, math.ceil(count / multiple - 1e-9) * multiple)


class _Even:
    def __init__(self, groups: list[ChannelGroup], scores: np.ndarray, aim: Aim):
        self._groups, self._aim = groups, aim
        # A stable order makes equal scores leave from the end.
        self._ranked = [g.sets[np.argsort(-scores[g.sets], kind="stable")] for g in groups]

    def keep(self, coupling: Coupling, share: float) -> np.ndarray:
        keep = np.ones(coupling.count, bool)
        for ranked in self._ranked:
            size = len(ranked)
            count = kept_count(size, size * share, self._aim.multiple, self._aim.least)
            keep[ranked[count:]] = False
        return keep


class _Uneven(_Even):
    def __init__(
        self, coupling: Coupling, groups: list[ChannelGroup], scores: np.ndarray, aim: Aim
    ):
        super().__init__(groups, scores, aim)
        saved = np.maximum(cost.shares(coupling, aim.unit), 1)
        value = scores / saved if aim.budget is not None else scores
        everyone = np.concatenate([g.sets for g in groups])
        ranked = everyone[np.argsort(-value[everyone], kind="stable")]
        self._position = np.empty(coupling.count)
        self._position[ranked] = np.arange(len(ranked))
        self._total = len(ranked)

    def keep(self, coupling: Coupling, share: float) -> np.ndarray:
        keep = np.ones(coupling.count, bool)
        for ranked in self._ranked:
            wanted = int((self._position[ranked] < share * self._total).sum())
            count = kept_count(len(ranked), wanted, self._aim.multiple, self._aim.least)
            keep[ranked[count:]] = False
        return keep
