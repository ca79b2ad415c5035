"""Suggests ways to lower a model's memory peak, each with the arena that would result."""

import dataclasses
from collections.abc import Iterator

from model_press.memory import batches
from model_press.tflite import arena
from model_press.tflite.layers import layer_of
from model_press.tflite.reader import TensorInfo, TfliteFile

# Less than this share of the arena is not worth anybody's work.
_WORTH_NAMING = 0.05
# Operators near the peak: what holds more than this share of it has to shrink together with it.
_PLATEAU = 0.75
_FLOAT_BYTES = 4


@dataclasses.dataclass(frozen=True)
class Advice:
    """what: to do. why: in this model. arena_bytes: planned, or a bound where `is_bound`."""

    what: str
    why: str
    arena_bytes: int
    is_bound: bool = False


def advise(main: TfliteFile, plan: arena.Plan) -> tuple[Advice, ...]:
    """Return the changes that lower the arena by a twentieth or more, most effective first."""
    found = [a for a in _all(main, plan) if a.arena_bytes <= (1 - _WORTH_NAMING) * plan.arena_bytes]
    return tuple(sorted(found, key=lambda a: a.arena_bytes))


def _all(main: TfliteFile, plan: arena.Plan) -> Iterator[Advice]:
    if not plan.live_bytes:
        return
    batch = batches.own_batch(main)
    if batch > 1:
        yield Advice(
            f"split the batch of {batch} (model_press.memory.batches)",
            "every activation is as many times as large",
            batches.plan_of_batch(main, 1).arena_bytes,
        )
    floats = sum(a.bytes for a in plan.live_at(plan.peak) if a.tensor.dtype == "float32")
    quantised = any(a.tensor.dtype in ("int8", "int16") for a in plan.allocations)
    if floats > _WORTH_NAMING * plan.peak_bytes and not quantised:
        yield Advice(
            "recipe int8",
            f"{floats / plan.peak_bytes:.0%} of the peak are float32 activations",
            arena.plan(main, _as_int8).arena_bytes,
        )
    yield from _smaller(main)
    yield from _tiles(main, plan)
    yield from _waiting(main, plan)


def _smaller(main: TfliteFile) -> Iterator[Advice]:
    """Return an input of three quarters of the side."""
    shape = main.inputs[0].shape if main.inputs else ()
    if len(shape) != 4 or min(shape[1:3]) < 1:
        return
    height, width = (max(1, round(0.75 * side)) for side in shape[1:3])
    share = height * width / (shape[1] * shape[2])

    def smaller(tensor: TensorInfo) -> int:
        size = arena.tensor_bytes(tensor)
        return round(size * share) if len(tensor.shape) == 4 and tensor.shape[1] > 1 else size

    yield Advice(
        f"an input of {height}x{width} instead of {shape[1]}x{shape[2]}",
        "activations are as many as the pixels",
        arena.plan(main, smaller).arena_bytes,
    )


def _tiles(main: TfliteFile, plan: arena.Plan) -> Iterator[Advice]:
    """Split the rows of the peak's operators in two: then the tensors outside them count."""
    limit = _PLATEAU * plan.peak_bytes
    first = last = plan.peak
    while first > 0 and plan.live_bytes[first - 1] > limit:
        first -= 1
    while last + 1 < len(plan.live_bytes) and plan.live_bytes[last + 1] > limit:
        last += 1
    outside = [*plan.live_bytes[:first], *plan.live_bytes[last + 1 :]]
    if not outside:
        return
    yield Advice(
        f"compute {_span(main, first, last)} in two halves of the rows (tiles)",
        f"{last - first + 1} of {len(plan.live_bytes)} operators hold more than {_PLATEAU:.0%} of the peak",
        max(plan.peak_bytes // 2, max(outside)),
        is_bound=True,
    )


def _without(index: int) -> arena.Bytes:
    """Return the bytes of each tensor, as if one took none."""
    return lambda tensor: 0 if tensor.index == index else arena.tensor_bytes(tensor)


def _waiting(main: TfliteFile, plan: arena.Plan) -> Iterator[Advice]:
    """Return the tensors that are alive at the peak without being read or written: a residual stream, a kept frame."""
    operator = main.operators[plan.peak]
    used = set(operator.inputs + operator.outputs)
    inputs = {tensor.index for tensor in main.inputs}
    for allocation in plan.live_at(plan.peak):
        tensor = allocation.tensor
        if tensor.index in used or allocation.bytes < _WORTH_NAMING * plan.arena_bytes:
            continue
        gone = arena.plan(main, _without(tensor.index))
        if tensor.index in inputs:
            yield Advice(
                f"send fewer bytes as {tensor.name}",
                "the interpreter keeps inputs for the caller as long as it runs",
                gone.arena_bytes,
                is_bound=True,
            )
            continue
        yield Advice(
            f"shrink or recompute the output of {layer_of(tensor.name)}",
            f"it waits from operator {allocation.first} to {allocation.last}, over the peak at {plan.peak}",
            gone.arena_bytes,
            is_bound=True,
        )


def _as_int8(tensor: TensorInfo) -> int:
    size = arena.tensor_bytes(tensor)
    return size // _FLOAT_BYTES if tensor.dtype == "float32" else size


def _span(main: TfliteFile, first: int, last: int) -> str:
    names = [layer_of(main.tensors[main.operators[i].outputs[0]].name) for i in (first, last)]
    return names[0] if names[0] == names[1] else f"{names[0]} to {names[1]}"
