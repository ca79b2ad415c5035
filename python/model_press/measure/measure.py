"""Measures all variants of a model, interleaved, and writes metrics.json."""

import argparse
import os
from importlib import metadata

from model_press import manifest, progress
from model_press.measure import machine, metrics, process, rounds
from model_press.measure.zipped import zipped_bytes

_RUNTIME = "ai-edge-litert"
_CONFIGURATIONS = [("xnnpack", 1), ("xnnpack", 2), ("none", 1), ("none", 2)]


def measure(variants: list[tuple[str, str]], rounds_count: int) -> metrics.Metrics:
    """Measures each variant with XNNPACK and without, on 1 and 2 threads.

    Args:
      variants: (model path, manifest path) pairs.
      rounds_count: interleaved rounds.
    """
    described = [(path, manifest.read(sheet)) for path, sheet in variants]
    cores = machine.this_machine().cores
    chosen = [
        (path, sheet, delegate, threads)
        for path, sheet in described
        for delegate, threads in _CONFIGURATIONS
        if threads <= max(cores, 1)
    ]
    probes = []
    for path, _, delegate, threads in progress.track(chosen, "loading"):
        probes.append(process.Probe(path, threads, delegate))
    timed = [rounds.Timed(probe.run) for probe in probes]
    rounds.warm_up(timed)
    for index in progress.track(range(rounds_count), "rounds"):
        rounds.measure(timed, index)
    runtime = metrics.Runtime(_RUNTIME, metadata.version(_RUNTIME))
    zipped = {path: zipped_bytes(path) for path, _ in described}
    records = []
    for (path, sheet, delegate, threads), probe, times in zip(chosen, probes, timed, strict=True):
        records.append(
            metrics.Record(
                variant=sheet.name,
                recipe=sheet.recipe.name,
                sha256=sheet.model.sha256,
                bytes=os.path.getsize(path),
                zipped_bytes=zipped[path],
                runtime=runtime,
                delegate=delegate if probe.ready["partitions"] else "none",
                threads=threads,
                load_ms=round(probe.ready["load_ms"], 3),
                first_ms=round(probe.ready["first_ms"], 3),
                latency=times.latency(),
                base_memory_bytes=probe.ready["base_memory_bytes"],
                peak_memory_bytes=probe.close(),
                partitions=probe.ready["partitions"],
                undelegated=tuple(metrics.UndelegatedOp(**op) for op in probe.ready["undelegated"])
                if delegate == "xnnpack"
                else (),
            )
        )
    return metrics.Metrics(1, machine.this_machine(), tuple(records))


def main(argv: list[str] | None = None) -> None:
    """measure --variant MODEL --manifest JSON [--variant ... --manifest ...] --rounds N --out metrics.json"""
    parser = argparse.ArgumentParser(prog="measure", description=__doc__)
    parser.add_argument("--variant", action="append", required=True)
    parser.add_argument("--manifest", action="append", required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    found = measure(list(zip(args.variant, args.manifest, strict=True)), args.rounds)
    metrics.write(args.out, found)


if __name__ == "__main__":
    main()
