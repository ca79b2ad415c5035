"""How weights enter memory: once by a path, twice by content, and not at all behind XNNPACK's weight cache.

Each case is a process of its own, which runs this file:

    loading_test.py MODEL mapped|bytes|compiled [CACHE_FILE]

mapped: the interpreter opens the path. bytes: it is given the file's content. compiled: LiteRT's CompiledModel opens
the path; with CACHE_FILE its XNNPACK keeps the packed weights there, and later processes map them.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from model_press.process import child

_WIDTH, _LENGTH = 1024, 10
_WEIGHTS = _WIDTH * _WIDTH * _LENGTH * 4
# What the runtime itself allocates, in bytes.
_SLACK = 12_000_000


def _anonymous_bytes() -> int:
    """Return this process's memory that no file stands behind: the kernel can drop the rest and read it again."""
    with open("/proc/self/smaps_rollup", encoding="utf-8") as file:
        found = re.search(r"^Anonymous:\s+(\d+) kB$", file.read(), re.MULTILINE)
    assert found, "Linux writes it since 4.14"
    return int(found[1]) << 10


def _measure(path: str, how: str, cache: str = "") -> dict[str, object]:
    """Load the model and run it once: the growth of anonymous memory, and the digest of its output."""
    from ai_edge_litert import compiled_model, interpreter, options

    numbers = np.random.default_rng(0).integers(0, 9, (1, _WIDTH)).astype(np.float32)
    before = _anonymous_bytes()
    if how == "compiled":
        cpu = options.CpuOptions(num_threads=1, xnnpack_weight_cache_path=cache)
        settings = options.Options(cpu_options=cpu)
        model = compiled_model.CompiledModel.from_file(path, options=settings)
        inputs, outputs = model.create_input_buffers(0), model.create_output_buffers(0)
        inputs[0].write(numbers)
        model.run_by_index(0, inputs, outputs)
        output = outputs[0].read(_WIDTH, np.float32)
    else:
        content = pathlib.Path(path).read_bytes() if how == "bytes" else None
        source = {"model_path": path} if content is None else {"model_content": content}
        runner = interpreter.Interpreter(num_threads=1, **source)
        runner.allocate_tensors()
        runner.set_tensor(runner.get_input_details()[0]["index"], numbers)
        runner.invoke()
        output = runner.get_tensor(runner.get_output_details()[0]["index"])
    digest = hashlib.sha256(output.tobytes()).hexdigest()
    return {"anonymous_bytes": _anonymous_bytes() - before, "output": digest}


@pytest.fixture(scope="module")
def net(tmp_path_factory) -> str:
    from testing import memory_graphs

    path = tmp_path_factory.mktemp("net") / "net.tflite"
    path.write_bytes(memory_graphs.dense(_WIDTH, _LENGTH))
    return str(path)


def _load(*arguments: str) -> dict:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, env=child.environment(), capture_output=True, text=True)
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


if __name__ == "__main__":
    print(json.dumps(_measure(*sys.argv[1:])))
