"""The account of a file's activation memory, as data and as text."""

import dataclasses
import os
import textwrap
from collections.abc import Iterator, Sequence

from model_press.memory import advice, batches
from model_press.tflite import arena, reader, source
from model_press.tflite.layers import layer_of

_SHOWN = 12
_BAR = 30
_WIDTH = 100


@dataclasses.dataclass(frozen=True)
class Live:
    """A tensor at the peak. from_op, to_op: operators over which it lives."""

    tensor: str
    layer: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    from_op: int
    to_op: int


@dataclasses.dataclass(frozen=True)
class Step:
    """An operator and the tensors that are alive while it runs."""

    op: str
    layer: str
    live_bytes: int


@dataclasses.dataclass(frozen=True)
class Memory:
    """A planned run. peak: index into steps. batch: as planned; largest_batch: within the budget, null without one.

    own_batch: what the model is loaded with; there is advice for that alone.
    """

    schema_version: int
    file: str
    batch: int
    own_batch: int
    weights_bytes: int
    arena_bytes: int
    peak_bytes: int
    peak: int
    live: tuple[Live, ...]
    steps: tuple[Step, ...]
    advice: tuple[advice.Advice, ...]
    largest_batch: int | None


def account(
    path: str | os.PathLike[str], batch: int | None = None, budget_bytes: int | None = None
) -> Memory:
    """Plan a .tflite's memory.

    Args:
      batch: how many images at once; by default what the model is loaded with, 1 of most.
      budget_bytes: for activations, to find the largest batch that fits.
    Raises:
      UserError: no TFLite model, a damaged one, or a budget in which not even one image fits.
    """
    with source.opened(path) as (data, file):
        main = reader.main_graph(data, file, f"model {path}")
    own = batches.own_batch(main)
    batch = batch or own
    plan = arena.plan(main) if batch == own else batches.plan_of_batch(main, batch)
    live = [
        Live(
            a.tensor.name,
            layer_of(a.tensor.name),
            batches.shape_in_batch(main, a.tensor, batch),
            a.tensor.dtype,
            a.bytes,
            a.first,
            a.last,
        )
        for a in (plan.live_at(plan.peak) if plan.live_bytes else [])
    ]
    steps = [
        Step(op.name, layer_of(main.tensors[op.outputs[0]].name) if op.outputs else "", size)
        for op, size in zip(main.operators, plan.live_bytes, strict=True)
    ]
    return Memory(
        1,
        os.path.basename(path),
        batch,
        own,
        sum(tensor.bytes for tensor in main.tensors),
        plan.arena_bytes,
        plan.peak_bytes,
        plan.peak,
        tuple(live),
        tuple(steps),
        advice.advise(main, plan) if batch == own else (),
        None if budget_bytes is None else batches.largest_batch(main, budget_bytes),
    )


def lines(found: Memory, every_layer: bool = False) -> Iterator[str]:
    """Return the text. every_layer: all operators, not only the fullest."""
    yield f"{found.file}: planned memory of one run" + (
        f" of {found.batch} images" if found.batch > 1 else ""
    )
    yield f"  weights      {_mb(found.weights_bytes):>9}   mapped from the file; packed copies come on top"
    yield f"  activations  {_mb(found.arena_bytes):>9}   the arena, {_mb(found.peak_bytes)} of it in use at the peak"
    if found.largest_batch is not None:
        yield f"  batch        {found.largest_batch:>9}   fits the budget, if resizable (model_press.memory.batches)"
    if not found.steps:
        return
    yield ""
    step = found.steps[found.peak]
    yield f"At the peak: operator {found.peak} of {len(found.steps)}, {step.op} ({step.layer})"
    for tensor in found.live[:_SHOWN]:
        shape = "x".join(map(str, tensor.shape))
        yield (
            f"  {_mb(tensor.bytes):>9}  {tensor.bytes / found.peak_bytes:4.0%}  {tensor.dtype} {shape}, "
            f"operators {tensor.from_op} to {tensor.to_op}: {tensor.layer}"
        )[:_WIDTH]
    if len(found.live) > _SHOWN:
        yield f"  and {len(found.live) - _SHOWN} more (--json lists all)"
    yield ""
    yield "By operator" if every_layer else "The fullest operators (--layers shows all)"
    order: Sequence[int] = range(len(found.steps))
    if not every_layer:
        order = sorted(sorted(order, key=lambda i: -found.steps[i].live_bytes)[:_SHOWN])
    for index in order:
        step = found.steps[index]
        bar = "#" * max(1, round(_BAR * step.live_bytes / max(1, found.peak_bytes)))
        yield f"  {index:4} {_mb(step.live_bytes):>9} {bar:<{_BAR}} {step.op} {step.layer}"[:_WIDTH]
    if found.batch != found.own_batch:
        return
    yield ""
    yield "What would lower it" if found.advice else "Nothing lowers it by a twentieth or more"
    for item in found.advice:
        bound = "at best " if item.is_bound else ""
        less = 1 - item.arena_bytes / found.arena_bytes
        text = f"{item.what} ({bound}{less:.0%} less): {item.why}"
        yield from textwrap.wrap(
            f"  {_mb(item.arena_bytes):>9}  {text}", _WIDTH, subsequent_indent=" " * 13
        )


def _mb(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
