"""Times a model's graph up to each operator, in a process of its own, since a damaged model may take the runtime down.

    child_operator_times.py MODEL SECONDS

Prints {"partitions"} and, when all is done, {"whole_ms", "ms"}: processor milliseconds of the whole graph, and what
each operator adds to the graph before it, on one thread with XNNPACK. SECONDS is about how long it may run the graphs.
"""

import mmap
import sys
import time
from typing import Any

from model_press.inspect.timing import child_model_run

_LEAST_RUNS = 6


def main(path: str, seconds: float) -> None:
    """Run the program; see the module."""
    child_model_run.limit_memory(path, 16)
    from ai_edge_litert import interpreter as litert

    from model_press.inspect.timing import graph_prefix
    from model_press.tflite import delegation

    model = litert.Interpreter(model_path=path, num_threads=1)
    model.allocate_tensors()
    partitions, _ = delegation.partitions_and_rest(model._get_ops_details())
    child_model_run.say({"partitions": partitions})
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        from ai_edge_litert import schema_py_generated as schema

        count = schema.Model.GetRootAs(data, 0).Subgraphs(0).OperatorsLength()
        differences, before = [], None
        for index in range(count):
            model = litert.Interpreter(
                model_content=graph_prefix.cut(data, index + 1), num_threads=1
            )
            model.allocate_tensors()
            child_model_run.fill_inputs(model)
            least = _least_ms(before, model, seconds / count)
            differences.append(least[1] - least[0])
            before = model
    child_model_run.say({"whole_ms": least[1], "ms": differences})


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
    main(sys.argv[1], float(sys.argv[2]))
