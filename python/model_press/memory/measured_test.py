"""The plan against the kernel's account of a process that runs the model."""

import pytest

from model_press import tflite_file
from model_press.measure import process
from model_press.memory import arena, testing_graphs

_LENGTH = 5


def _measured(path, delegate: str, threads: int = 1) -> int:
    probe = process.Probe(str(path), threads, delegate)
    probe.run(2)
    return probe.close() - probe.ready["base_memory_bytes"]


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("skip", [False, True])
def test_the_peak_grows_as_planned(tmp_path, delegate, skip):
    """Of two models that differ in their channels alone, so that the runtime's own memory falls out."""
    measured, planned, everything = [], [], []
    for channels in (16, 96):
        path = tmp_path / f"net{channels}.tflite"
        path.write_bytes(testing_graphs.chain((1, 256, 256, channels), _LENGTH, skip, mean=True))
        plan = arena.plan(tflite_file.read(path))
        # The probe holds the picture that it sends, too.
        planned.append(plan.arena_bytes + plan.allocations[0].bytes)
        everything.append(sum(a.bytes for a in plan.allocations))
        measured.append(_measured(path, delegate))
    growth, expected = measured[1] - measured[0], planned[1] - planned[0]
    assert expected > 50e6
    largest = 256 * 256 * (96 - 16) * 4
    if delegate == "none":
        assert growth == pytest.approx(expected, rel=0.05)
    else:
        # XNNPACK plans its partition by itself, and keeps up to one tensor more.
        assert 0.95 * expected < growth < 1.05 * (expected + largest)
    # A plan without reuse would be far off.
    assert everything[1] - everything[0] > 1.3 * expected


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
def test_threads_share_the_arena(tmp_path, delegate):
    """Each adds its stack and no activations."""
    path = tmp_path / "net.tflite"
    path.write_bytes(testing_graphs.chain((1, 256, 256, 64), _LENGTH, True, mean=True))
    planned = arena.plan(tflite_file.read(path)).arena_bytes
    one, four = (_measured(path, delegate, threads) for threads in (1, 4))
    assert planned > 30e6
    assert one > planned
    assert four - one < 0.05 * planned
