"""Reads the memory of a process, as the kernel accounts for it."""

import os
import resource


def resident_bytes(process: str = "self") -> int:
    """Return the resident memory of a process id or "self"; its peak where there is no /proc (macOS)."""
    try:
        return _statm_bytes(1, process)
    except OSError:
        if process != "self":
            raise
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def mapped_bytes() -> int:
    """Return the address space that this process has mapped, which RLIMIT_AS bounds."""
    return _statm_bytes(0)


def peak_resident_bytes() -> int:
    """Return the largest resident memory of this process so far.

    This is not `ru_maxrss`, which begins with the size of the parent process before exec.
    """
    return _status_bytes("VmHWM")


def data_bytes() -> int:
    """Return the data segment of this process, which RLIMIT_DATA bounds; OSError where there is no /proc."""
    return _status_bytes("VmData")


def _statm_bytes(field: int, process: str = "self") -> int:
    with open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[field]) * os.sysconf("SC_PAGE_SIZE")


def _status_bytes(field: str) -> int:
    with open("/proc/self/status", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith(field + ":"))
    return int(line.split()[1]) * 1024
