"""Runs the model with LiteRT on this machine: partitions, operators outside them, and their cost."""

import json
import os
import subprocess
import sys
from importlib import metadata
from typing import Any

from model_press.inspect.checks import delegate_reasons
from model_press.inspect.facts import Running, UndelegatedOp
from model_press.measure import machine
from model_press.process import child
from model_press.tflite import layers
from model_press.tflite.reader import TfliteFile

_RUNTIME = "ai-edge-litert"
_CHILD = "model_press.inspect.timing.child_program"
_GIVE_UP_SECONDS = 600


def run(path: str | os.PathLike[str], file: TfliteFile, threads: int, seconds: float) -> Running:
    """Load the model with XNNPACK in another process and time it.

    threads: for the latency; operators alone run on one. seconds: about how long to time; 0 to load only.
    """
    answers, failure = ask("run", path, threads, seconds)
    latency, whole = answers.get("latency_ms"), answers.get("whole_ms")
    alone = {int(node): ms for node, ms in answers.get("alone_ms", {}).items()}
    undelegated = []
    for node in answers.get("outside", []):
        operator = file.operators[node]
        tensor = file.tensors[operator.outputs[0]].name if operator.outputs else ""
        ms = alone.get(node)
        undelegated.append(
            UndelegatedOp(
                op=operator.name,
                layer=layers.layer_of(tensor),
                tensor=tensor,
                why=delegate_reasons.why_outside(file, node),
                alone_ms=None if ms is None else round(ms, 4),
                share=None if ms is None or not whole else round(min(1.0, ms / whole), 4),
            )
        )
    return Running(
        runtime=f"{_RUNTIME} {metadata.version(_RUNTIME)}",
        cpu=machine.this_machine().cpu_model,
        threads=threads,
        failure=failure,
        nodes=len(file.operators),
        partitions=answers.get("partitions", 0),
        latency_ms=None if latency is None else round(latency, 4),
        undelegated=tuple(undelegated),
    )


def ask(
    what: str, path: str | os.PathLike[str], threads: int, seconds: float
) -> tuple[dict[str, Any], str]:
    """Run child_program.py on a model, in a process that the model may crash.

    Args:
      what, threads, seconds: see there.
    Returns:
      What it said, as one object, and why it failed: "" if it did not.
    """
    command = [sys.executable, "-m", _CHILD, what, str(path), str(threads), str(seconds)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIVE_UP_SECONDS + seconds,
            env=child.environment(),
        )
        said, code, errors = done.stdout, done.returncode, done.stderr
    except subprocess.TimeoutExpired as late:
        said, code = (late.stdout or b"").decode(), 1
        errors = f"no answer within {late.timeout:.0f} seconds"
    answers: dict[str, Any] = {}
    for line in said.splitlines():
        if line.startswith("{"):
            answers.update(json.loads(line))
    if code == 0:
        return answers, ""
    if code < 0:
        return answers, f"the runtime crashed (signal {-code})"
    last = [line for line in errors.strip().splitlines() if line.strip()]
    return answers, last[-1].strip()[:300] if last else f"exit code {code}"
