"""Reads what affects a Pi's speed: temperature, throttling, clock. From /sys and the firmware's vcgencmd."""

import dataclasses
import pathlib
import shutil
import subprocess

# Bits of `vcgencmd get_throttled` (Raspberry Pi documentation, "vcgencmd"): 0 to 3 now, 16 to 19 since boot.
_THROTTLED = {
    0: "under-voltage",
    1: "frequency capped",
    2: "throttled",
    3: "soft temperature limit",
    16: "under-voltage has occurred",
    17: "frequency capping has occurred",
    18: "throttling has occurred",
    19: "soft temperature limit has occurred",
}


@dataclasses.dataclass(frozen=True)
class Conditions:
    """The machine's state at one moment. None: this machine does not tell.

    temperature_c: hottest thermal zone, degrees Celsius. frequency_mhz, max_frequency_mhz: of processor 0.
    throttling: what the firmware reports, empty if it reports that all is well.
    """

    temperature_c: float | None
    frequency_mhz: float | None
    max_frequency_mhz: float | None
    throttling: tuple[str, ...] | None

    def line(self) -> str:
        """Return the state in one line, for people."""
        parts = [
            f"{self.temperature_c:.1f} °C" if self.temperature_c is not None else "",
            f"{self.frequency_mhz:.0f} MHz" if self.frequency_mhz is not None else "",
            f"of {self.max_frequency_mhz:.0f} MHz" if self.max_frequency_mhz is not None else "",
            "" if self.throttling is None else ", ".join(self.throttling) or "not throttled",
        ]
        return " ".join(part for part in parts if part) or "this machine tells none"


def _number(path: pathlib.Path) -> float | None:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None


def decode_throttled(text: str) -> tuple[str, ...] | None:
    """Describe `throttled=0x50005` in words; return None for other text."""
    name, _, value = text.strip().partition("=")
    try:
        bits = int(value, 16)
    except ValueError:
        return None
    return (
        tuple(w for bit, w in _THROTTLED.items() if bits >> bit & 1)
        if name == "throttled"
        else None
    )


def _throttling() -> tuple[str, ...] | None:
    program = shutil.which("vcgencmd")
    if not program:
        return None
    try:
        done = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return decode_throttled(done.stdout) if done.returncode == 0 else None


def read(sys_folder: str = "/sys") -> Conditions:
    """Return the state now."""
    root = pathlib.Path(sys_folder)
    zones = [_number(path) for path in sorted(root.glob("class/thermal/thermal_zone*/temp"))]
    known = [zone / 1000 for zone in zones if zone is not None]
    clock = root / "devices/system/cpu/cpu0/cpufreq"
    now, most = _number(clock / "scaling_cur_freq"), _number(clock / "cpuinfo_max_freq")
    return Conditions(
        max(known) if known else None,
        now / 1000 if now is not None else None,
        most / 1000 if most is not None else None,
        _throttling(),
    )
