"""`runner benchmark`: metrics.json of this machine, as the build host and the phones write it."""

import dataclasses
import os
import pathlib

from model_press.formats import files, metrics, strict_json
from model_press.formats.errors import UserError
from model_press.measure import measure, sanity
from model_press.measure.machine import counted

from pi_runner import conditions
from pi_runner.bundle import Variant

_MODEL_FILE = pathlib.Path("/proc/device-tree/model")


def pi_model(path: pathlib.Path = _MODEL_FILE) -> str | None:
    """Return "Raspberry Pi 4 Model B Rev 1.4" on a Pi, None elsewhere (device tree property, ends in a zero byte)."""
    try:
        name = path.read_bytes().rstrip(b"\0").decode("utf-8", "replace")
    except OSError:
        return None
    return name if name.startswith("Raspberry Pi") else None


def name_machine(machine: metrics.Machine, model: str | None) -> metrics.Machine:
    """Return the machine as a Raspberry Pi, if `model` says so: /proc/cpuinfo names no model on arm64."""
    if model is None:
        return machine
    return dataclasses.replace(machine, kind="raspberry_pi", cpu_model=model)


def table(found: metrics.Metrics) -> str:
    """Return the records as text, one line each."""
    lines = [
        f"{found.machine.cpu_model}, {counted(found.machine.cores, 'core')}, {found.machine.os}",
        f"{'variant':28} {'delegate':8} {'threads':>7} {'median ms':>10} {'p90 ms':>9} {'load ms':>8} {'peak MB':>8}",
    ]
    lines += [
        f"{r.variant:28} {r.delegate:8} {r.threads:7} {r.latency.median_ms:10.3f} "
        f"{r.latency.p90_ms:9.3f} {r.load_ms:8.1f} {r.peak_memory_bytes / 1e6:8.1f}"
        for r in found.records
    ]
    return "\n".join(lines)


def benchmark(variants: list[Variant], rounds: int, folder: pathlib.Path) -> str:
    """Measure all variants in turns and write metrics.json and conditions.json.

    Args:
      variants: what to measure.
      rounds: interleaved rounds.
      folder: where the two files go. conditions.json has temperature, clock and throttling before and after.
    Returns:
      A table for people.
    Raises:
      UserError: the folder cannot be written, or a figure makes no sense.
    """
    # Before minutes of measuring, not after.
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {folder} cannot be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise UserError(f"--out {folder} is not writable; give another folder")
    before = conditions.read()
    found = measure.measure(
        [measure.variant(str(v.model), v.manifest) for v in variants], None, rounds
    )
    sanity.check(found, [v.manifest.name for v in variants])
    after = conditions.read()
    found = dataclasses.replace(found, machine=name_machine(found.machine, pi_model()))
    metrics.write(folder / "metrics.json", found)
    states = {"before": strict_json.to_json(before), "after": strict_json.to_json(after)}
    files.write_json(folder / "conditions.json", states)
    return f"{table(found)}\nbefore: {before.line()}\nafter: {after.line()}"
