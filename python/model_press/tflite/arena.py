"""Plans the activation memory of a .tflite as TensorFlow Lite does: every tensor a place in one arena.

TensorFlow Lite's planner (greedy by size): tensors that live throughout come first, then larger before smaller, then
earlier before later; each takes the smallest gap that no tensor of an overlapping lifetime covers, else the end.
Addresses are multiples of 64 bytes. The interpreter keeps inputs and outputs for the caller, so inputs live to the end
and outputs from their operator on.

Left out: what kernels allocate for themselves (an im2col of the built-in convolutions, packed weights) and in-place
operators, which newer runtimes let write over their input. XNNPACK plans the inside of a partition by itself: of a
chain of equal tensors it took one more (measured, LiteRT 2.3).
"""

import bisect
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from model_press.formats.errors import UserError
from model_press.tflite import reader
from model_press.tflite.reader import TensorInfo, TfliteFile

ALIGNMENT = 64
# Each place is looked for among all that are taken, for each advice; no net has half of that.
_MOST_ALLOCATIONS = 4000
_MOST_BYTES = 1 << 62
# Element types that NumPy does not know by TFLite's name, in bytes.
_SIZES = {
    "int4": 0.5,
    "uint4": 0.5,
    "int2": 0.25,
    "bfloat16": 2,
    "string": 0,
    "resource": 0,
    "variant": 0,
}

Bytes = Callable[[TensorInfo], int]


@dataclasses.dataclass(frozen=True)
class Allocation:
    """A tensor's place: bytes, offset in the arena, and the operators (indices) from which to which it lives.

    written_by: index of its operator, -1 of an input.
    """

    tensor: TensorInfo
    bytes: int
    offset: int
    first: int
    last: int
    written_by: int


@dataclasses.dataclass(frozen=True)
class Plan:
    """A planned run.

    arena_bytes: size of the arena. live_bytes: for each operator, what lives while it runs.
    allocations: in the file's order of tensors.
    """

    arena_bytes: int
    live_bytes: tuple[int, ...]
    allocations: tuple[Allocation, ...]

    @property
    def peak(self) -> int:
        """Index of the operator at which most lives; the first of equal ones."""
        return int(np.argmax(self.live_bytes)) if self.live_bytes else 0

    @property
    def peak_bytes(self) -> int:
        """What lives there: no plan can do with less."""
        return max(self.live_bytes, default=0)

    def live_at(self, operator: int) -> list[Allocation]:
        """Return the allocations that are alive while an operator runs, largest first."""
        alive = [a for a in self.allocations if a.first <= operator <= a.last]
        return sorted(alive, key=lambda a: (-a.bytes, a.tensor.index))


def tensor_bytes(tensor: TensorInfo) -> int:
    """Return the bytes of a tensor's values; a dynamic dimension counts as the 1 that it is loaded as."""
    count = math.prod(max(1, size) for size in tensor.shape)
    size = _SIZES.get(tensor.dtype)
    return math.ceil(count * (np.dtype(tensor.dtype).itemsize if size is None else size))


def plan(main: TfliteFile, size_of: Bytes = tensor_bytes) -> Plan:
    """Plan the main graph.

    Args:
      main: the file with the main graph's operators only, see reader.main_graph.
      size_of: bytes of an activation; another function asks what would be if tensors were of other sizes.
    Raises:
      UserError: more activations, or larger ones, than any model has.
    """
    lifetimes = _lifetimes(main, size_of)
    if len(lifetimes) > _MOST_ALLOCATIONS:
        raise UserError(
            f"the model has {len(lifetimes)} activations, expected at most {_MOST_ALLOCATIONS}; build it again, or "
            "plan parts of it"
        )
    if (total := sum(a.bytes for a in lifetimes)) > _MOST_BYTES:
        raise UserError(
            f"the model's activations take {total:.3g} bytes, expected at most {_MOST_BYTES:.3g}: its shapes are "
            "damaged; build or fetch it again"
        )
    # In the order of their offsets.
    placed: list[Allocation] = []
    for wanted in sorted(lifetimes, key=lambda a: _order(a, len(main.operators))):
        offset = _place(wanted, placed)
        bisect.insort(placed, dataclasses.replace(wanted, offset=offset), key=lambda a: a.offset)
    live = np.zeros(len(main.operators), np.int64)
    for allocation in placed:
        live[max(0, allocation.first) : allocation.last + 1] += allocation.bytes
    end = max((a.offset + _aligned(a.bytes) for a in placed), default=0)
    placed.sort(key=lambda a: a.tensor.index)
    return Plan(end, tuple(live.tolist()), tuple(placed))


def activation_bytes(data: bytes, file: TfliteFile) -> int | None:
    """Return the size of a model's planned arena, or None if it cannot be planned.

    Args:
      data: the bytes that `file` was parsed from.
    """
    try:
        return plan(reader.main_graph(data, file, "model")).arena_bytes
    except UserError:
        return None


def _lifetimes(main: TfliteFile, size_of: Bytes) -> list[Allocation]:
    end = max(0, len(main.operators) - 1)
    first: dict[int, int] = {tensor.index: 0 for tensor in main.inputs}
    last: dict[int, int] = {tensor.index: end for tensor in main.inputs}
    written: dict[int, int] = {}
    for index, operator in enumerate(main.operators):
        for number in operator.outputs:
            if number >= 0:
                first.setdefault(number, index)
                written.setdefault(number, index)
                last[number] = max(index, last.get(number, 0))
        for number in operator.inputs:
            if number in first:
                last[number] = max(index, last[number])
    for tensor in main.outputs:
        if tensor.index in first:
            last[tensor.index] = end
    return [
        Allocation(
            main.tensors[t], size_of(main.tensors[t]), 0, first[t], last[t], written.get(t, -1)
        )
        for t in sorted(first)
        if main.tensors[t].bytes == 0
    ]


def _order(wanted: Allocation, operators: int) -> tuple[Any, ...]:
    throughout = wanted.first == 0 and wanted.last >= operators - 1
    return (not throughout, 0 if throughout else -wanted.bytes, wanted.first, wanted.tensor.index)


def _place(wanted: Allocation, placed: list[Allocation]) -> int:
    """Return the offset of the smallest sufficient gap among tensors that are alive at the same time."""
    overlapping = (a for a in placed if a.first <= wanted.last and wanted.first <= a.last)
    best, best_gap, end = None, math.inf, 0
    for other in overlapping:
        gap = other.offset - end
        if wanted.bytes <= gap < best_gap:
            best, best_gap = end, gap
        end = max(end, other.offset + _aligned(other.bytes))
    return end if best is None else best


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
