"""Plans of graphs whose memory can be counted by hand, and of random ones against what any plan must keep."""

import dataclasses

import numpy as np
import pytest
from testing import memory_graphs
from testing.raises import user_error

from model_press.memory import advice
from model_press.tflite import arena, reader

SHAPE = (1, 16, 16, 4)
ONE = 16 * 16 * 4 * 4  # bytes of a tensor, a multiple of the alignment


def _plan(data: bytes) -> tuple[reader.TfliteFile, arena.Plan]:
    main = reader.parse(data, "net")
    return main, arena.plan(main)


def test_a_chain_needs_the_input_and_two_tensors():
    """Input 0 is kept; 1 -> 2 -> 3 take turns in two places."""
    _, plan = _plan(memory_graphs.chain(SHAPE, 5))
    assert plan.arena_bytes == plan.peak_bytes == 3 * ONE
    assert plan.live_bytes == (2 * ONE, 3 * ONE, 3 * ONE, 3 * ONE, 3 * ONE)
    assert plan.peak == 1


def test_a_skip_holds_one_more():
    _, plan = _plan(memory_graphs.chain(SHAPE, 5, skip=True))
    assert plan.arena_bytes == 4 * ONE
    waiting = [a for a in plan.live_at(3) if a.tensor.name.startswith("net/pool0")]
    assert [(a.first, a.last) for a in waiting] == [(0, 5)]


def test_the_input_lives_to_the_end():
    _, plan = _plan(memory_graphs.chain(SHAPE, 3))
    inputs = [a for a in plan.allocations if a.written_by == -1]
    assert [(a.first, a.last) for a in inputs] == [(0, 2)]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_that_lives_together_overlaps(seed):
    """On random graphs: places are apart, aligned, and the arena is no smaller than the fullest operator."""
    rng = np.random.default_rng(seed)
    tensors = [
        reader.TensorInfo(i, f"t{i}", (int(rng.integers(1, 5000)),), (), "int8", (), (), 0)
        for i in range(40)
    ]
    operators = []
    for out in range(1, 40):
        reads = rng.choice(out, size=min(out, 3), replace=False)
        operators.append(reader.Operator("ADD", 1, False, tuple(map(int, reads)), (out,)))
    main = reader.TfliteFile(tuple(tensors), (tensors[0],), (tensors[39],), tuple(operators))
    plan = arena.plan(main)
    for a in plan.allocations:
        assert a.offset % arena.ALIGNMENT == 0
        for b in plan.allocations:
            together = a.first <= b.last and b.first <= a.last
            if a.tensor.index < b.tensor.index and together:
                assert a.offset + a.bytes <= b.offset or b.offset + b.bytes <= a.offset
    assert plan.peak_bytes <= plan.arena_bytes < sum(a.bytes + 64 for a in plan.allocations)


def _wide(shapes: list[tuple[int, ...]]) -> reader.TfliteFile:
    """A graph whose only operator writes a tensor of each shape."""
    tensors = tuple(
        reader.TensorInfo(i, f"t{i}", shape, (), "int8", (), (), 0)
        for i, shape in enumerate(shapes)
    )
    split = reader.Operator("SPLIT", 1, False, (), tuple(range(len(shapes))))
    return reader.TfliteFile(tensors, (), tensors[:1], (split,))


def test_shapes_that_no_model_has_are_refused():
    assert arena.plan(_wide([(2**31 - 1,)] * 3)).arena_bytes == 3 * 2**31
    with user_error("activations take 2.13e+37 bytes", "shapes are damaged"):
        arena.plan(_wide([(1,), (2**31 - 1,) * 4]))


def test_more_activations_than_any_model_has_are_refused(monkeypatch):
    monkeypatch.setattr(arena, "_MOST_ALLOCATIONS", 3)
    arena.plan(_wide([(1,)] * 3))
    with user_error("4 activations, expected at most 3"):
        arena.plan(_wide([(1,)] * 4))


def test_constants_take_no_place():
    main, _ = _plan(memory_graphs.chain(SHAPE, 2))
    tensors = list(main.tensors)
    tensors[0] = dataclasses.replace(tensors[0], bytes=7)
    plan = arena.plan(dataclasses.replace(main, tensors=tuple(tensors)))
    assert 0 not in [a.tensor.index for a in plan.allocations]


def test_advice_names_the_skip_and_what_it_costs():
    main, plan = _plan(memory_graphs.chain(SHAPE, 6, skip=True))
    said = advice.advise(main, plan)
    skip = next(a for a in said if "pool0" in a.what)
    assert skip.arena_bytes == 3 * ONE and skip.is_bound
    assert "waits from operator 0 to 6" in skip.why
    int8 = next(a for a in said if a.what == "recipe int8")
    assert int8.arena_bytes == ONE
    assert [a.arena_bytes for a in said] == sorted(a.arena_bytes for a in said)


def test_advice_splits_a_batch():
    main, plan = _plan(memory_graphs.chain((6, 16, 16, 4), 4))
    said = advice.advise(main, plan)
    assert said[0].what.startswith("split the batch of 6")
    assert said[0].arena_bytes == 3 * ONE == plan.arena_bytes // 6
