"""Selects the coupled sets to keep, evenly in every group or ranked over all groups."""

import math

import numpy as np

from model_press.compress.channels import cost
from model_press.compress.channels.channel_groups import ChannelGroup, Coupling
from model_press.formats.compressions import Channels
from model_press.formats.errors import UserError

_HALVINGS = 40


def select(coupling: Coupling, scores: np.ndarray, aim: Channels) -> np.ndarray:
    """Return which coupled sets to keep, bool [sets].

    Raises:
      UserError: nothing can be pruned, or the budget lies below what must stay.
    """
    groups = coupling.prunable()
    if not groups:
        kept = "; ".join(f"{', '.join(g.layers)} ({g.kept})" for g in coupling.groups[:4])
        raise UserError(f"no channel of the model can be pruned: {kept}")
    order = (
        _Uneven(coupling, groups, scores, aim)
        if aim.uneven
        else _Even(coupling, groups, scores, aim)
    )
    if aim.budget is None:
        return order.keep(aim.share)

    def total(keep: np.ndarray) -> int:
        return cost.total(coupling, keep, aim.unit)

    original = total(np.ones(coupling.count, bool))
    low, high = 0.0, 1.0
    best = order.keep(low)
    if total(best) > aim.budget * original:
        raise UserError(
            f"the budget of {aim.budget:.3g} of the {aim.unit} cannot be met: with {aim.least:.0%} of each "
            f"group kept, {total(best) / original:.3f} remains; raise the budget or lower `least`"
        )
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        keep = order.keep(middle)
        if total(keep) <= aim.budget * original:
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
    def __init__(
        self, coupling: Coupling, groups: list[ChannelGroup], scores: np.ndarray, aim: Channels
    ):
        self._count, self._aim = coupling.count, aim
        # A stable order makes equal scores leave from the end.
        self._ranked = [g.sets[np.argsort(-scores[g.sets], kind="stable")] for g in groups]

    def keep(self, share: float) -> np.ndarray:
        keep = np.ones(self._count, bool)
        for ranked in self._ranked:
            wanted = self._wanted(ranked, share)
            count = kept_count(len(ranked), wanted, self._aim.multiple, self._aim.least)
            keep[ranked[count:]] = False
        return keep

    def _wanted(self, ranked: np.ndarray, share: float) -> float:
        return len(ranked) * share


class _Uneven(_Even):
    def __init__(
        self, coupling: Coupling, groups: list[ChannelGroup], scores: np.ndarray, aim: Channels
    ):
        super().__init__(coupling, groups, scores, aim)
        saved = np.maximum(cost.shares(coupling, aim.unit), 1)
        value = scores / saved if aim.budget is not None else scores
        everyone = np.concatenate([g.sets for g in groups])
        ranked = everyone[np.argsort(-value[everyone], kind="stable")]
        self._position = np.empty(coupling.count)
        self._position[ranked] = np.arange(len(ranked))
        self._total = len(ranked)

    def _wanted(self, ranked: np.ndarray, share: float) -> float:
        return int((self._position[ranked] < share * self._total).sum())
