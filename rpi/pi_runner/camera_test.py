"""The camera's program is found, used, and its failure told."""

import pytest

from pi_runner import camera, testing
from pi_runner.failures import DeviceError


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Adds a program to a PATH that has nothing else but the shell's own tools."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def add(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return add


def test_nothing_there(programs):
    with pytest.raises(DeviceError, match="no camera: none of rpicam-still") as caught:
        camera.take(None)
    assert "\n" not in str(caught.value)


def test_libcamera_comes_first(programs, tmp_path):
    data = testing.encoded(testing.picture(64, 48), "JPEG")
    (tmp_path / "shot").write_bytes(data)
    programs("fswebcam", "exit 1")
    programs("rpicam-still", f"/bin/cat {tmp_path}/shot")
    assert camera.take(None) == data


def test_the_next_program_gets_its_chance(programs):
    programs("rpicam-still", "echo 'no cameras available' >&2; exit 255")
    programs("libcamera-still", "echo jpeg")
    assert camera.take(None) == b"jpeg\n"


def test_a_device_is_v4l2(programs):
    programs("rpicam-still", "echo wrong")
    programs("fswebcam", 'echo "$1"')
    assert camera.take("/dev/video7") == b"--device=/dev/video7\n"


def test_why_no_picture(programs):
    programs("rpicam-still", "echo 'no cameras available' >&2; exit 255")
    with pytest.raises(DeviceError, match="rpicam-still: no cameras available"):
        camera.take(None)
