"""Names the machine that a measurement was made on."""

import os
import pathlib
import platform
import re

from model_press.formats.metrics import Machine

# What decides the speed of int8 and float kernels, fastest first: the first that the CPU has names its class.
_CLASSES = {
    "x86_64": ("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2", "sse4_1"),
    "aarch64": ("i8mm", "asimddp", "asimd"),
}
_NAMED_ISA = re.compile(r"avx|amx|sse4|fma|asimd|i8mm|bf16|fp16|sve|fphp")


def _cpuinfo() -> dict[str, str]:
    """Return the first processor's fields of /proc/cpuinfo; empty where there is none."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def cpu_class(architecture: str, flags: set[str]) -> str:
    """Return the class that gates state bounds for, such as "x86_64-avx512_vnni"."""
    best = next((isa for isa in _CLASSES.get(architecture, ()) if isa in flags), "baseline")
    return f"{architecture}-{best}"


def counted(count: int, noun: str) -> str:
    """Return a count as a sentence has it: "1 core", "2 cores"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def this_machine() -> Machine:
    """Describe the machine that runs this process."""
    info = _cpuinfo()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    architecture = platform.machine()
    return Machine(
        kind="host",
        cpu_model=info.get("model name") or platform.processor() or architecture,
        cpu_class=cpu_class(architecture, flags),
        isa=tuple(sorted(flag for flag in flags if _NAMED_ISA.match(flag))),
        cores=len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        os=platform.platform(terse=True),
    )
