"""How weights enter memory: once by a path, twice by content, and not at all behind XNNPACK's weight cache."""

import json
import os
import subprocess
import sys

import pytest
from testing import memory_graphs

_WIDTH, _LENGTH = 1024, 10
_WEIGHTS = _WIDTH * _WIDTH * _LENGTH * 4
# What the runtime itself allocates, in bytes.
_SLACK = 12_000_000


@pytest.fixture(scope="module")
def net(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("net") / "net.tflite"
    path.write_bytes(memory_graphs.dense(_WIDTH, _LENGTH))
    return str(path)


def _load(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "model_press.memory.loading", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_path_is_mapped_and_content_is_not(net):
    mapped, content = _load(net, "mapped"), _load(net, "bytes")
    # XNNPACK's packed copy is all.
    assert mapped["anonymous_bytes"] < _WEIGHTS + _SLACK
    assert content["anonymous_bytes"] > mapped["anonymous_bytes"] + 0.9 * _WEIGHTS
    assert content["output"] == mapped["output"]


def test_the_weight_cache_is_mapped_by_the_second_process(net, tmp_path):
    cache = str(tmp_path / "net.xnnpack_cache")
    without = _load(net, "compiled")
    first, second = _load(net, "compiled", cache), _load(net, "compiled", cache)
    assert os.path.getsize(cache) > 0.9 * _WEIGHTS
    assert without["anonymous_bytes"] > 0.9 * _WEIGHTS
    assert second["anonymous_bytes"] < _SLACK
    assert first["output"] == second["output"] == without["output"]
