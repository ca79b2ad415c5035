"""`runner camera`: takes pictures with the camera program of the Pi.

A program of its own, not picamera2 in this process: picamera2 needs Debian's NumPy, the runtime needs a newer one, and
one process holds only one.
"""

import glob
import shutil
import subprocess
import threading

from pi_runner.classify import Printer
from pi_runner.failures import DeviceError

_TIMEOUT_S = 30
_V4L2_DEVICES = "/dev/video[0-9]*"

# Each writes one JPEG to standard output. libcamera first (Pi cameras), then V4L2 (USB cameras).
_LIBCAMERA = [
    [program, "--nopreview", "--immediate", "--encoding=jpg", "--output=-"]
    for program in ("rpicam-still", "libcamera-still")
]


def _v4l2(device: str) -> list[list[str]]:
    return [
        ["fswebcam", f"--device={device}", "--quiet", "--no-banner", "--jpeg=95", "-"],
        [
            "v4l2-ctl",
            f"--device={device}",
            "--set-fmt-video=pixelformat=MJPG",
            "--stream-mmap",
            "--stream-count=1",
            "--stream-to=-",
        ],
    ]


def commands(devices: list[str]) -> list[list[str]]:
    """Return the commands of this machine that can take a picture, best first."""
    known = _LIBCAMERA + [command for device in devices for command in _v4l2(device)]
    return [command for command in known if shutil.which(command[0])]


def take(device: str | None) -> bytes:
    """Return one JPEG.

    Args:
      device: a V4L2 device such as /dev/video0, or None for libcamera and then any device.
    Raises:
      DeviceError: no camera program, or none of them got a picture.
    """
    devices = [device] if device else sorted(glob.glob(_V4L2_DEVICES))
    usable = [c for c in commands(devices) if not device or c not in _LIBCAMERA]
    if not usable:
        raise DeviceError(
            "no camera: none of rpicam-still, libcamera-still, or (with a /dev/video device) fswebcam, v4l2-ctl "
            "is here; install rpicam-apps for a Pi camera, fswebcam for a USB camera"
        )
    reasons = []
    for command in usable:
        try:
            done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            reasons.append(f"{command[0]} gave nothing in {_TIMEOUT_S} s")
            continue
        if done.returncode == 0 and done.stdout:
            return done.stdout
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reasons.append(f"{command[0]}: {said[-1] if said else f'exit code {done.returncode}'}")
    raise DeviceError(f"no picture from the camera: {'; '.join(reasons)}")


def camera(
    device: str | None, count: int, interval: float, printer: Printer, stop: threading.Event
) -> bool:
    """Take and classify `count` pictures (0: until `stop` is set); True if all could be read."""
    taken, fine = 0, True
    while not stop.is_set() and (count == 0 or taken < count):
        fine &= printer.show(take(device), f"camera picture {taken + 1}")
        taken += 1
        if taken != count:
            stop.wait(interval)
    return fine
