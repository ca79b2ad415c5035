"""Runs a model in a process of its own, since a damaged one may take the runtime down with it.

    child_program.py run|operators MODEL THREADS SECONDS

Prints one JSON object a line, each as soon as it is known, so that a crash costs what comes after it only. SECONDS is
about how long it may time.

run: {"partitions", "outside": [node indices]}, then {"latency_ms"}, then {"whole_ms", "alone_ms": {node index: ms}},
which are processor time on one thread. SECONDS 0 stops after the first line.

operators: {"partitions"}, then {"whole_ms", "ms"}: processor milliseconds of the whole graph, and what each operator
adds to the graph before it, with XNNPACK.
"""

import json
import mmap
import os
import resource
import statistics
import sys
import time
from typing import Any

from model_press.process import limits

_CPU_BUILTIN_ONLY = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
_EXTRA_BYTES = 6 << 30
_LEAST_RUNS = 6


def run(path: str, threads: int, seconds: float) -> None:
    """Time the model and its operators outside the delegate."""
    _limit_memory(path, 8)
    from ai_edge_litert import interpreter as litert

    from model_press.tflite import delegation

    model = litert.Interpreter(model_path=path, num_threads=threads)
    model.allocate_tensors()
    partitions, outside = delegation.partitions_and_rest(model._get_ops_details())
    nodes = [int(op["index"]) for op in outside]
    _say({"partitions": partitions, "outside": nodes})
    if seconds <= 0:
        return
    wall, processor = _times_ms(model, seconds / 2)
    _say({"latency_ms": statistics.median(wall)})
    if not nodes:
        return
    if threads != 1:
        model = litert.Interpreter(model_path=path, num_threads=1)
        model.allocate_tensors()
        _, processor = _times_ms(model, seconds / 4)
    _say({"whole_ms": min(processor), "alone_ms": _alone(litert, path, nodes, seconds / 2)})


def operators(path: str, threads: int, seconds: float) -> None:
    """Time the graph up to each operator, in turns with the graph before it."""
    _limit_memory(path, 16)
    from ai_edge_litert import interpreter as litert

    from model_press.inspect.timing import graph_cuts
    from model_press.tflite import delegation

    model = litert.Interpreter(model_path=path, num_threads=threads)
    model.allocate_tensors()
    partitions, _ = delegation.partitions_and_rest(model._get_ops_details())
    _say({"partitions": partitions})
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        from ai_edge_litert import schema_py_generated as schema

        count = schema.Model.GetRootAs(data, 0).Subgraphs(0).OperatorsLength()
        differences, before = [], None
        for index in range(count):
            model = litert.Interpreter(
                model_content=graph_cuts.prefix(data, index + 1), num_threads=threads
            )
            model.allocate_tensors()
            _fill_inputs(model)
            least = _least_ms(before, model, seconds / count)
            differences.append(least[1] - least[0])
            before = model
    _say({"whole_ms": least[1], "ms": differences})


def _limit_memory(path: str, copies: int) -> None:
    """Limit the address space of this process to 6 GiB and `copies` times the size of the file."""
    limits.lower(resource.RLIMIT_AS, _EXTRA_BYTES + copies * os.path.getsize(path))


def _say(value: Any) -> None:
    """Print the known facts as a line of JSON."""
    print(json.dumps(value), flush=True)


def _fill_inputs(model: Any) -> None:
    """Fill every input of a loaded model with random values, the same each time."""
    from model_press.inspect.timing import graph_cuts

    for detail in model.get_input_details():
        model.set_tensor(detail["index"], graph_cuts.random_input(detail["shape"], detail["dtype"]))


def _times_ms(model: Any, seconds: float) -> tuple[list[float], list[float]]:
    """Return (wall, processor) milliseconds of each inference after one to warm up; at least 3, at most 50."""
    _fill_inputs(model)
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
    from ai_edge_litert import schema_py_generated as schema

    from model_press.inspect.timing import graph_cuts
    from model_press.tflite import reader

    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        parsed = reader.parse(data, path)
        graph = schema.Model.GetRootAs(data, 0).Subgraphs(0)
        alike: dict[tuple[Any, ...], list[int]] = {}
        for node in nodes:
            alike.setdefault(graph_cuts.key(graph.Operators(node), graph), []).append(node)
        found: dict[int, float] = {}
        for group in alike.values():
            cut = graph_cuts.one_operator(data, group[0], parsed.operators[group[0]].name)
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


def _least_ms(shorter: Any | None, longer: Any, seconds: float) -> tuple[float, float]:
    """Return the least processor milliseconds of the two (of None: 0), measured in turns, since the pace changes."""
    least = [float("inf"), float("inf")] if shorter else [0.0, float("inf")]
    both = [(1, longer)] if shorter is None else [(0, shorter), (1, longer)]
    until, runs = time.perf_counter() + seconds, 0
    while runs < _LEAST_RUNS or time.perf_counter() < until:
        for which, model in both:
            used = time.process_time()
            model.invoke()
            if runs:  # the first one warms up
                least[which] = min(least[which], (time.process_time() - used) * 1e3)
        runs += 1
    return least[0], least[1]


if __name__ == "__main__":
    program = {"run": run, "operators": operators}[sys.argv[1]]
    program(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
