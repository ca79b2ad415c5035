"""One model in one process that has the runtime and nothing else, driven line by line by measure.py.

    probe.py MODEL THREADS xnnpack|none

Prints one JSON line when ready (load and first inference, memory, delegation). Then each input line is a number of
inferences to time, answered by a JSON list of milliseconds. At the end of the input it prints its peak memory.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from model_press.process import memory


def times_ms(infer: Callable[[], Any], count: int) -> list[float]:
    """Return the milliseconds of each of `count` calls."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        infer()
        times.append((time.perf_counter() - begun) * 1e3)
    return times


def serve(ready: dict[str, Any], infer: Callable[[], Any]) -> None:
    """Print `ready`, time `infer` as often as each input line asks, and print the peak at the end."""
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        print(json.dumps(times_ms(infer, int(line))), flush=True)
    print(json.dumps({"peak_memory_bytes": memory.peak_resident_bytes()}), flush=True)


def main(model: str, threads: int, delegate: str) -> None:
    """Serve the protocol above on standard input and output."""
    import numpy as np
    from ai_edge_litert import interpreter as litert

    from model_press.tflite import delegation

    base = memory.resident_bytes()
    resolver = (
        litert.OpResolverType.AUTO
        if delegate == "xnnpack"
        else litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    )
    start = time.perf_counter()
    runner = litert.Interpreter(
        model_path=model, num_threads=threads, experimental_op_resolver_type=resolver
    )
    runner.allocate_tensors()
    loaded = time.perf_counter()
    detail = runner.get_input_details()[0]
    pixels = np.random.default_rng(0).integers(0, 256, detail["shape"]).astype(detail["dtype"])
    runner.set_tensor(detail["index"], pixels)
    begun = time.perf_counter()
    runner.invoke()
    first = time.perf_counter()
    partitions, rest = delegation.partitions_and_rest(runner._get_ops_details())
    names = {tensor["index"]: tensor["name"] for tensor in runner.get_tensor_details()}
    ready = {
        "base_memory_bytes": base,
        "load_ms": (loaded - start) * 1e3,
        "first_ms": (first - begun) * 1e3,
        "partitions": partitions,
        "undelegated": [
            {"op": op["op_name"], "output": names.get(int(op["outputs"][0]), "")} for op in rest
        ],
    }
    serve(ready, runner.invoke)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
