"""Loads one model in a process of its own, runs it once and reports the memory used.

    loading.py MODEL mapped|bytes|compiled [CACHE_FILE]

mapped: the interpreter opens the path. bytes: it is given the file's content. compiled: LiteRT's CompiledModel opens
the path; with CACHE_FILE its XNNPACK keeps the packed weights there, and later processes map them. Prints one JSON
line: load_ms; anonymous_bytes, by which memory that no file stands behind has grown (the kernel can drop the rest and
read it again); output, the SHA-256 of the answer to fixed numbers.
"""

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def anonymous_bytes() -> int:
    """Return the anonymous memory of this process (kernel field Anonymous, KiB)."""
    with open("/proc/self/smaps_rollup", encoding="utf-8") as file:
        found = re.search(r"^Anonymous:\s+(\d+) kB$", file.read(), re.MULTILINE)
    assert found, "Linux writes it since 4.14"
    return int(found[1]) << 10


def _interpreter(**source: Any) -> Callable[[], np.ndarray]:
    from ai_edge_litert import interpreter as litert

    runner = litert.Interpreter(num_threads=1, **source)
    runner.allocate_tensors()
    detail = runner.get_input_details()[0]

    def run() -> np.ndarray:
        runner.set_tensor(detail["index"], _numbers(detail["shape"], detail["dtype"]))
        runner.invoke()
        answer: np.ndarray = runner.get_tensor(runner.get_output_details()[0]["index"])
        return answer

    return run


def _compiled(path: str, cache: str) -> Callable[[], np.ndarray]:
    from ai_edge_litert import compiled_model, options

    cpu = options.CpuOptions(num_threads=1, xnnpack_weight_cache_path=cache)
    model = compiled_model.CompiledModel.from_file(path, options=options.Options(cpu_options=cpu))
    key = model.get_signature_by_index(0)["key"]
    (source,) = model.get_input_tensor_details(key).values()
    (target,) = model.get_output_tensor_details(key).values()
    inputs, outputs = model.create_input_buffers(0), model.create_output_buffers(0)

    def run() -> np.ndarray:
        inputs[0].write(_numbers(source["shape"], np.dtype(source["dtype"])))
        model.run_by_index(0, inputs, outputs)
        count, dtype = int(np.prod(target["shape"])), np.dtype(target["dtype"])
        answer: np.ndarray = outputs[0].read(count, dtype)
        return answer

    return run


def _numbers(shape: Sequence[int], dtype: np.dtype[Any]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 9, tuple(shape)).astype(dtype)


def main(path: str, how: str, cache: str = "") -> None:
    """Load, run, print."""
    from ai_edge_litert import compiled_model, interpreter  # noqa: F401  # not what is measured

    before = anonymous_bytes()
    begun = time.perf_counter()
    if how == "compiled":
        run = _compiled(path, cache)
    elif how == "bytes":
        with open(path, "rb") as file:
            run = _interpreter(model_content=file.read())
    else:
        run = _interpreter(model_path=path)
    load_ms = (time.perf_counter() - begun) * 1e3
    output = hashlib.sha256(np.ascontiguousarray(run()).tobytes()).hexdigest()
    grown = anonymous_bytes() - before
    print(json.dumps({"load_ms": load_ms, "anonymous_bytes": grown, "output": output}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
