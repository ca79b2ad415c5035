"""Runs a model in a process of its own, since a damaged one may take the runtime down with it.

    child_model_run.py MODEL THREADS SECONDS

Prints one JSON object a line, each as soon as it is known, so that a crash costs what comes after it only:
{"partitions", "outside": [node indices]}, then {"latency_ms"}, then {"whole_ms", "alone_ms": {node index: ms}}, which
are processor time on one thread. SECONDS is about how long it may time; 0 stops after the first line.
"""

import json
import os
import resource
import statistics
import sys
import time
from typing import Any

from model_press.process import limits

_CPU_BUILTIN_ONLY = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
_EXTRA_BYTES = 6 << 30


def main(path: str, threads: int, seconds: float) -> None:
    """Run the program; see the module."""
    limit_memory(path, 8)
    from ai_edge_litert import interpreter as litert

    from model_press.tflite import delegation

    model = litert.Interpreter(model_path=path, num_threads=threads)
    model.allocate_tensors()
    partitions, outside = delegation.partitions_and_rest(model._get_ops_details())
    nodes = [int(op["index"]) for op in outside]
    say({"partitions": partitions, "outside": nodes})
    if seconds <= 0:
        return
    wall, processor = _times_ms(model, seconds / 2)
    say({"latency_ms": statistics.median(wall)})
    if not nodes:
        return
    if threads != 1:
        model = litert.Interpreter(model_path=path, num_threads=1)
        model.allocate_tensors()
        _, processor = _times_ms(model, seconds / 4)
    say({"whole_ms": min(processor), "alone_ms": _alone(litert, path, nodes, seconds / 2)})


def limit_memory(path: str, copies: int) -> None:
    """Limit the address space of this process to 6 GiB and `copies` times the size of the file."""
    limits.lower(resource.RLIMIT_AS, _EXTRA_BYTES + copies * os.path.getsize(path))


def say(value: Any) -> None:
    """Print the known facts as a line of JSON."""
    print(json.dumps(value), flush=True)


def fill_inputs(model: Any) -> None:
    """Fill every input of a loaded model with random values, the same each time."""
    from model_press.inspect.timing import one_operator

    for detail in model.get_input_details():
        model.set_tensor(
            detail["index"], one_operator.random_input(detail["shape"], detail["dtype"])
        )


def _times_ms(model: Any, seconds: float) -> tuple[list[float], list[float]]:
    """Return (wall, processor) milliseconds of each inference after one to warm up; at least 3, at most 50."""
    fill_inputs(model)
    model.invoke()
    wall: list[float] = []
    processor: list[float] = []
    until = time.perf_counter() + seconds
    while len(wall) < 3 or (len(wall) < 50 and time.perf_counter() < until):
        begun, used = time.perf_counter(), time.process_time()
        model.invoke()
        processor.append((time.process_time() - used) * 1e3)
        wall.append((time.perf_counter() - begun) * 1e3)
    return wall, processor


def _alone(litert: Any, path: str, nodes: list[int], seconds: float) -> dict[int, float]:
    """Return the least processor milliseconds of each node in a model of its own, by node index, one thread.

    Processor time, and the least of it, since other work of the machine only adds.

    Nodes that do the same work are timed once; a node that cannot stand alone is left out.
    """
    import mmap

    from ai_edge_litert import schema_py_generated as schema

    from model_press.inspect.timing import one_operator
    from model_press.tflite import reader

    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        parsed = reader.parse(data, path)
        graph = schema.Model.GetRootAs(data, 0).Subgraphs(0)
        alike: dict[tuple[Any, ...], list[int]] = {}
        for node in nodes:
            alike.setdefault(one_operator.key(graph.Operators(node), graph), []).append(node)
        found: dict[int, float] = {}
        for group in alike.values():
            cut = one_operator.cut(data, group[0], parsed.operators[group[0]].name)
            if cut is None:
                continue
            try:
                model = litert.Interpreter(
                    model_content=cut,
                    num_threads=1,
                    experimental_op_resolver_type=litert.OpResolverType[_CPU_BUILTIN_ONLY],
                )
                model.allocate_tensors()
                _, processor = _times_ms(model, seconds / len(alike))
            except (RuntimeError, ValueError):
                continue
            found.update(dict.fromkeys(group, min(processor)))
        del graph
    return found


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
