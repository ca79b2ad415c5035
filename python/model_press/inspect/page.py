"""An inspection as plain text of at most 100 columns."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from model_press.inspect.facts import Finding, Inspection, Port, Running, UndelegatedOp

_WIDTH = 100
_SHOWN = 12
_MANY_ZEROS = 0.2


def lines(found: Inspection) -> Iterator[str]:
    """Return the text, line by line."""
    yield from _file(found)
    yield from _ports(found)
    yield from _operators(found)
    yield from _weights(found)
    yield from _running(found.running)
    yield from _loaders(found)
    yield from _findings(found.findings, found.running is not None)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield text


def _file(found: Inspection) -> Iterator[str]:
    file = found.file
    about = "" if file.zipped_exact else "about "
    yield file.name
    yield from _table(
        [
            ("kind", found.quantization.kind),
            (
                "size",
                f"{_mb(file.bytes)} ({file.bytes:,} bytes), {about}{_mb(file.zipped_bytes)} zipped",
            ),
            ("sha256", file.sha256),
        ]
    )


def _ports(found: Inspection) -> Iterator[str]:
    yield from _title("Inputs and outputs")
    rows = [("in", *_port(p)) for p in found.inputs] + [("out", *_port(p)) for p in found.outputs]
    yield from _table(rows)


def _port(port: Port) -> tuple[str, str, str, str]:
    codes = f"scale {port.scale:.6g}, zero point {port.zero_point}" if port.scale else "no scale"
    return port.name, str(list(port.shape)), port.dtype, codes


def _operators(found: Inspection) -> Iterator[str]:
    nodes = sum(op.count for op in found.operators)
    graphs = f" in {found.subgraphs} graphs" if found.subgraphs > 1 else ""
    yield from _title(f"Operators ({nodes} nodes{graphs})")
    rows = []
    for op in found.operators:
        kind = (
            "needs full TensorFlow"
            if op.flex
            else "custom"
            if op.custom
            else f"version {op.version}"
        )
        rows.append((str(op.count), op.name, kind))
    yield from _table(rows, right=(0,))


def _weights(found: Inspection) -> Iterator[str]:
    total = sum(w.bytes for w in found.weights)
    yield from _title(f"Weights ({_mb(total)})")
    rows = [
        (
            w.dtype,
            _mb(w.bytes),
            f"{w.elements:,} values",
            f"{w.tensors} tensors",
            f"{w.zeros:.1%} zero",
        )
        for w in found.weights
    ]
    yield from _table(rows, right=(1, 2, 3, 4))
    q = found.quantization
    if q.per_channel or q.per_tensor:
        yield f"  scales: {q.per_channel} weight tensors per channel, {q.per_tensor} per tensor"
    sparse = sum(t.sparse for t in found.weight_tensors)
    yield f"  stored sparsely: {sparse} of {len(found.weight_tensors)} big tensors"
    # Kernels only: a bias is often zero.
    pruned = [t for t in found.weight_tensors if t.zeros >= _MANY_ZEROS and len(t.shape) > 1]
    if pruned:
        yield f"  kernels with {_MANY_ZEROS:.0%} zeros or more: {len(pruned)}"
        yield from _table(
            _first(
                [
                    (
                        f"{t.zeros:.1%}",
                        "sparse" if t.sparse else "dense",
                        t.dtype,
                        str(list(t.shape)),
                        t.layer,
                    )
                    for t in pruned
                ]
            ),
            indent=4,
            right=(0,),
        )
    for island in q.dequantized_ops:
        yield f"  dequantized operator at {island.layer}: {', '.join(island.ops)}"


def _running(running: Running | None) -> Iterator[str]:
    if running is None:
        return
    yield from _title(f"On this machine ({running.cpu}, {running.runtime}, XNNPACK)")
    if running.failure:
        yield from _wrapped(f"does not run: {running.failure}", 2)
    if not running.nodes or (running.failure and not running.partitions):
        return
    outside = len(running.undelegated)
    plural = "" if running.partitions == 1 else "s"
    yield f"  {running.partitions} partition{plural}, {outside} of {running.nodes} nodes outside"
    if running.latency_ms is not None:
        plural = "s" if running.threads > 1 else ""
        yield f"  {running.latency_ms:.2f} ms a run, {running.threads} thread{plural} (median)"
    shares = [op.share for op in running.undelegated if op.share is not None]
    if shares:
        yield (
            f"  outside: about {min(1, sum(shares)):.0%} of the time (estimate: each timed alone, one thread)"
        )
    yield from _outside(running)


def _outside(running: Running) -> Iterator[str]:
    """Return every operator outside by its layer; those of one kind and time, which do the same work, share lines."""
    groups: dict[tuple[str, float | None], list[UndelegatedOp]] = {}
    for op in sorted(running.undelegated, key=lambda op: -(op.alone_ms or 0)):
        groups.setdefault((op.op, op.alone_ms), []).append(op)
    rows = []
    for (name, ms), ops in groups.items():
        share = "" if ops[0].share is None else f"{sum(op.share or 0 for op in ops):.1%}"
        rows.append((f"{len(ops)} x", "" if ms is None else f"{ms:.3f} ms", share, name))
    heads = list(_table(rows, indent=4, right=(0, 1, 2)))
    indent = max((len(head) for head in heads), default=0) + 2
    for head, ops in zip(heads, groups.values(), strict=True):
        lines = _wrapped(", ".join(op.layer for op in ops), indent) or [""]
        yield (head.ljust(indent) + lines[0].strip()).rstrip()
        yield from lines[1:]


def _loaders(found: Inspection) -> Iterator[str]:
    yield from _title("Who can load it")
    rows = [(loader.runtime, "yes" if loader.loads else "no") for loader in found.loaders]
    if not any(op.custom for op in found.operators):
        rows.append(
            ("TensorFlow Lite", f"from {found.minimum_runtime} on, by its operator versions")
        )
    yield from _table(rows)
    for loader in found.loaders:
        for reason in loader.reasons:
            yield from _wrapped(f"{loader.runtime}: {reason}", 4)


def _findings(findings: Sequence[Finding], ran: bool) -> Iterator[str]:
    unknown = "" if ran else "; slow operators show only in a run"
    yield from _title((f"Findings ({len(findings)})" if findings else "Findings: none") + unknown)
    for number, finding in enumerate(findings, 1):
        yield from _wrapped(f"{number}. {finding.severity}: {finding.what}", 2, 5)
        yield from _wrapped(f"why: {finding.why}", 5, 10)
        yield from _wrapped(f"do:  {finding.do}", 5, 10)


def _first(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    left = len(rows) - _SHOWN
    return rows if left <= 0 else [*rows[:_SHOWN], (f"and {left} more (--json lists all)",)]


def _table(
    rows: Sequence[tuple[str, ...]], indent: int = 2, right: Iterable[int] = ()
) -> Iterator[str]:
    """Return aligned columns; a row of one entry spans them."""
    columns = max((len(row) for row in rows), default=0)
    widths = [max(len(row[i]) for row in rows if len(row) == columns) for i in range(columns)]
    for row in rows:
        if len(row) < columns:
            yield " " * indent + row[0]
            continue
        cells = [
            cell.rjust(widths[i]) if i in right else cell.ljust(widths[i])
            for i, cell in enumerate(row)
        ]
        yield _shorten((" " * indent + "  ".join(cells)).rstrip())


def _shorten(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 3] + "..."


def _wrapped(text: str, indent: int, hanging: int | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
    )


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
