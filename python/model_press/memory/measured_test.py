"""The plan against the kernel's account of a process that runs the model."""

import subprocess
import sys

import pytest
from testing import memory_graphs

from model_press.measure import process
from model_press.process import child
from model_press.tflite import arena, reader

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
        path.write_bytes(memory_graphs.chain((1, 256, 256, channels), _LENGTH, skip, mean=True))
        plan = arena.plan(reader.read(path))
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
    path.write_bytes(memory_graphs.chain((1, 256, 256, 64), _LENGTH, True, mean=True))
    planned = arena.plan(reader.read(path)).arena_bytes
    one, four = (_measured(path, delegate, threads) for threads in (1, 4))
    assert planned > 30e6
    assert one > planned
    assert four - one < 0.05 * planned


_RUN = """
import sys
import numpy as np
from model_press.process import memory
from model_press.memory import batches

path, budget, count, *shape = sys.argv[1:]
images = np.ones((int(count), *map(int, shape)), np.float32)
batches.run_in_batches(path, images, int(budget), threads=1)
print(memory.peak_resident_bytes())
"""


def test_a_budget_bounds_the_peak_of_many_images(tmp_path):
    """The same images each time, so that they and the runtime's own memory fall out of the differences."""
    shape, count = (256, 256, 16), 16
    path = tmp_path / "net.tflite"
    path.write_bytes(memory_graphs.chain((1, *shape), _LENGTH, skip=True, mean=True))
    one = arena.plan(reader.read(path)).arena_bytes
    tensor = 256 * 256 * 16 * 4
    peaks = {}
    for batch in (1, 4, count):
        arguments = [str(path), str(batch * one), str(count), *map(str, shape)]
        command = [sys.executable, "-c", _RUN, *arguments]
        done = subprocess.run(command, env=child.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        peaks[batch] = int(done.stdout)
    for less, more in ((1, 4), (4, count)):
        growth, images = peaks[more] - peaks[less], more - less
        # XNNPACK plans its partition by itself, and keeps up to one tensor more; of a batch above 1 the allocator may
        # keep the one image that was tried.
        kept = one if less == 1 else 0
        assert 0.95 * images * one < growth < 1.05 * images * (one + tensor) + kept, peaks
