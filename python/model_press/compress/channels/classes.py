"""Classes of channels that stay or leave together, and the groups of classes that can be compared."""

import dataclasses
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model_press.compress.channels import wiring as wirings


@dataclasses.dataclass(frozen=True, eq=False)
class Group:
    """Classes that the same layers make: one residual stream, or the filters of one layer.

    layers: names of these layers. classes: their numbers. kept: None, or why none can leave.
    """

    layers: tuple[str, ...]
    classes: np.ndarray
    kept: str | None


@dataclasses.dataclass(frozen=True, eq=False)
class Classes:
    """of_wire: int array, the class of each wire. count: number of classes."""

    wiring: wirings.Wiring
    of_wire: np.ndarray
    count: int
    groups: tuple[Group, ...]

    def prunable(self) -> list[Group]:
        return [group for group in self.groups if group.kept is None]


def find(wiring: wirings.Wiring) -> Classes:
    """Finds connected wires and sorts them by the layers that make them."""
    total = len(wiring.makers)
    rows = np.concatenate([a for a, _ in wiring.ties] or [np.empty(0, int)])
    columns = np.concatenate([b for _, b in wiring.ties] or [np.empty(0, int)])
    edges = coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(total, total))
    count, of_wire = connected_components(edges, directed=False)

    reasons: dict[int, str] = {}
    for kept in wiring.kept:
        for number in np.unique(of_wire[kept.wires]):
            reasons.setdefault(int(number), f"{kept.layer}: {kept.reason}")
    makers: list[set[str]] = [set() for _ in range(count)]
    for wire, layer in enumerate(wiring.makers):
        makers[of_wire[wire]].add(layer)

    members: dict[tuple[Any, ...], list[int]] = {}
    for number in range(count):
        key = (tuple(sorted(makers[number])), reasons.get(number))
        members.setdefault(key, []).append(number)
    groups = [
        Group(layers, np.array(numbers), reason) for (layers, reason), numbers in members.items()
    ]
    groups.sort(key=lambda group: int(group.classes[0]))
    return Classes(wiring, of_wire, count, tuple(groups))
