"""Finds coupled channels and groups those that the same layers produce.

A coupled set is a set of channels that can only be pruned together, such as those that an addition adds.
"""

import dataclasses
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model_press.compress.channels.channel_graph import ChannelGraph


@dataclasses.dataclass(frozen=True, eq=False)
class ChannelGroup:
    """The coupled sets that the same layers produce: one residual stream, or the filters of one layer.

    layers: names of these layers. sets: numbers of the coupled sets. kept: why none can be pruned, or None.
    """

    layers: tuple[str, ...]
    sets: np.ndarray
    kept: str | None


@dataclasses.dataclass(frozen=True, eq=False)
class Coupling:
    """The coupled sets of a network.

    set_of: int array, the coupled set of each channel. count: number of sets.
    """

    channel_graph: ChannelGraph
    set_of: np.ndarray
    count: int
    groups: tuple[ChannelGroup, ...]

    def prunable(self) -> list[ChannelGroup]:
        """Return the groups that may lose channels."""
        return [group for group in self.groups if group.kept is None]


def find(channel_graph: ChannelGraph) -> Coupling:
    """Find the coupled sets and group them by the layers that produce them."""
    total = len(channel_graph.producers)
    rows = np.concatenate([a for a, _ in channel_graph.couplings] or [np.empty(0, int)])
    columns = np.concatenate([b for _, b in channel_graph.couplings] or [np.empty(0, int)])
    edges = coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(total, total))
    count, set_of = connected_components(edges, directed=False)

    reasons: dict[int, str] = {}
    for kept in channel_graph.kept:
        for number in np.unique(set_of[kept.channels]):
            reasons.setdefault(int(number), f"{kept.layer}: {kept.reason}")
    producers: list[set[str]] = [set() for _ in range(count)]
    for channel, layer in enumerate(channel_graph.producers):
        producers[set_of[channel]].add(layer)

    members: dict[tuple[Any, ...], list[int]] = {}
    for number in range(count):
        key = (tuple(sorted(producers[number])), reasons.get(number))
        members.setdefault(key, []).append(number)
    groups = [
        ChannelGroup(layers, np.array(numbers), reason)
        for (layers, reason), numbers in members.items()
    ]
    groups.sort(key=lambda group: int(group.sets[0]))
    return Coupling(channel_graph, set_of, count, tuple(groups))
