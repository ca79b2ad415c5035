"""Temperature, clock and throttling as Linux and the Pi's firmware tell them."""

import pytest
from model_press.measure.machine import this_machine

from pi_runner import benchmark, conditions


@pytest.fixture
def sys_folder(tmp_path):
    for zone, value in (("thermal_zone0", "48312\n"), ("thermal_zone1", "51000\n")):
        folder = tmp_path / "class/thermal" / zone
        folder.mkdir(parents=True)
        (folder / "temp").write_text(value)
    clock = tmp_path / "devices/system/cpu/cpu0/cpufreq"
    clock.mkdir(parents=True)
    (clock / "scaling_cur_freq").write_text("1500000\n")
    (clock / "cpuinfo_max_freq").write_text("1800000\n")
    return tmp_path


def test_a_pi(sys_folder, tmp_path, monkeypatch):
    program = tmp_path / "vcgencmd"
    program.write_text('#!/bin/sh\n[ "$1" = get_throttled ] && echo throttled=0x50004\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = conditions.read(str(sys_folder))
    assert found == conditions.Conditions(
        51.0, 1500.0, 1800.0, ("throttled", "under-voltage has occurred", "throttling has occurred")
    )
    assert found.line().startswith("51.0 °C 1500 MHz of 1800 MHz throttled, under-voltage")


def test_a_machine_that_tells_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = conditions.read(str(tmp_path))
    assert found == conditions.Conditions(None, None, None, None)
    assert found.line() == "this machine tells none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("throttled=0x0\n", ()), ("throttled=0x1", ("under-voltage",)), ("error=1", None), ("", None)],
)
def test_throttled_bits(text, expected):
    assert conditions.decode_throttled(text) == expected


def test_the_machine_is_named_as_a_pi(tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    named = benchmark.name_machine(this_machine(), benchmark.pi_model(model))
    assert (named.kind, named.cpu_model) == ("raspberry_pi", "Raspberry Pi 4 Model B Rev 1.4")
    model.write_bytes(b"Some Board\0")
    assert benchmark.pi_model(model) is None
    assert benchmark.name_machine(this_machine(), None).kind == "host"
