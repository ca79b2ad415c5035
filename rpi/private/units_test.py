"""What systemd is told of both services: nothing runs as root, memory is bounded, the token is read by systemd."""

import pathlib
import re

import pytest

_PACKAGE = pathlib.Path("rpi/debian/service.in")
_USER = pathlib.Path("rpi/private/user.service.in")


def _settings(unit):
    """Every line of [Service], a key that is given twice included."""
    section = unit.read_text().partition("[Service]\n")[2].partition("\n[")[0]
    return re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE)


@pytest.mark.parametrize("unit", [_PACKAGE, _USER])
def test_every_command_runs_as_the_services_user(unit):
    commands = [(key, value) for key, value in _settings(unit) if key.startswith("Exec")]
    assert [key for key, _ in commands] == ["ExecStart"]
    assert commands[0][1][0] in "/@"  # no +, ! or !!, which lift restrictions


@pytest.mark.parametrize("unit", [_PACKAGE, _USER])
def test_memory_is_bounded(unit):
    assert ("MemoryMax", "1G") in _settings(unit)


@pytest.mark.parametrize(
    ("unit", "file"), [(_PACKAGE, "-/etc/@PACKAGE@.token"), (_USER, "-%h/.config/%N.token")]
)
def test_systemd_reads_the_token(unit, file):
    assert ("EnvironmentFile", file) in _settings(unit)


def test_a_package_that_is_purged_leaves_nothing():
    settings = dict(_settings(_PACKAGE))
    assert settings["CacheDirectory"] == "@PACKAGE@"
    purge = (_PACKAGE.parent / "postrm.in").read_text()
    for path in ("/var/cache/@PACKAGE@", "/var/cache/private/@PACKAGE@", "/etc/@PACKAGE@.token"):
        assert re.search(rf"rm .*{re.escape(path)}(\s|$)", purge), path
