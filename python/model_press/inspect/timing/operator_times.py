"""Where a model's time goes, operator by operator, also inside a delegate, which hides its own."""

import collections
import dataclasses
import os

from model_press.formats.errors import UserError
from model_press.inspect.timing import graph_cuts, model_run
from model_press.measure import machine
from model_press.tflite import layers, reader, source

SCHEMA_VERSION = 1
_SHOWN = 12
_NAME = 24


@dataclasses.dataclass(frozen=True)
class Timed:
    """An operator. ms: how much longer the graph takes with it than without; noise can make it negative."""

    op: str
    layer: str
    output_shape: tuple[int, ...]
    ms: float


@dataclasses.dataclass(frozen=True)
class Times:
    """A model on this machine, one thread, XNNPACK. whole_ms: least processor time; operators: in graph order."""

    schema_version: int
    file: str
    cpu: str
    cpu_class: str
    partitions: int
    whole_ms: float
    operators: tuple[Timed, ...]


def measure(path: str | os.PathLike[str], seconds: float) -> Times:
    """Time the graph cut off before and after each operator, in turns; the difference is the operator's.

    seconds: about how long to run graphs; loading them comes on top.

    Raises:
      UserError: no TFLite model, one with control flow or without operators, or one that the runtime does not run.
    """
    with source.opened(path) as (data, file):
        main = reader.main_graph(data, file, f"model {path}")
        entangled = {o.name for o in main.operators} & graph_cuts.ENTANGLED
        if source.subgraphs(data) > 1 or entangled:
            what = ", ".join(sorted(entangled)) or f"{source.subgraphs(data)} graphs"
            raise UserError(
                f"model {path} has {what}, but a graph must be free of control flow and state to be cut off after "
                "each operator; use inspect without --time for the whole"
            )
        if not main.operators:
            raise UserError(
                f"model {path} has no operators, so there is nothing to time; convert the model again if it "
                "should compute something"
            )
    answers, failure = model_run.ask("operators", path, 1, seconds)
    if failure or "ms" not in answers:
        raise UserError(f"model {path} does not run here: {failure or 'no answer'}")
    timed = []
    for operator, ms in zip(main.operators, answers["ms"], strict=True):
        tensor = main.tensors[operator.outputs[0]] if operator.outputs else None
        timed.append(
            Timed(
                op=operator.name,
                layer=layers.layer_of(tensor.name) if tensor else "",
                output_shape=tensor.shape if tensor else (),
                ms=round(ms, 5),
            )
        )
    here = machine.this_machine()
    return Times(
        schema_version=SCHEMA_VERSION,
        file=os.path.basename(path),
        cpu=here.cpu_model,
        cpu_class=here.cpu_class,
        partitions=answers["partitions"],
        whole_ms=round(answers["whole_ms"], 5),
        operators=tuple(timed),
    )


def lines(found: Times) -> list[str]:
    """Return the account as text: by kind of operator, then the slowest operators."""
    by_kind: dict[str, float] = collections.defaultdict(float)
    count: collections.Counter[str] = collections.Counter()
    for operator in found.operators:
        by_kind[operator.op] += operator.ms
        count[operator.op] += 1
    said = [
        f"{found.file}: {found.whole_ms:.3f} ms of processor time, 1 thread, XNNPACK, "
        f"{found.partitions} partition{'s' * (found.partitions != 1)}",
        f"{found.cpu} ({found.cpu_class})",
        "",
        "Kinds of operators",
    ]
    said += [
        f"  {_share(ms, found)} {kind:{_NAME}} {count[kind]}"
        for kind, ms in sorted(by_kind.items(), key=lambda item: -item[1])
    ]
    said += ["", "Slowest operators"]
    slowest = sorted(found.operators, key=lambda o: -o.ms)[:_SHOWN]
    said += [
        f"  {_share(o.ms, found)} {o.op:{_NAME}} {'x'.join(map(str, o.output_shape)):14} {o.layer}"
        for o in slowest
    ]
    return said


def _share(ms: float, found: Times) -> str:
    return f"{ms * 1e3:9.1f} us {ms / found.whole_ms:6.1%} "
