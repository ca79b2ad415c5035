"""The package installs, its service answers as a user of its own, it goes without a trace: on a PC and emulated Pis."""

import json
import os
import pathlib
import shutil
import subprocess

pytest_plugins = ["debian"]

_DEB = pathlib.Path(os.environ["PI_DEB"]).absolute()
_NAME = "model-press-runner"
_MACHINE = {"arm64": "aarch64", "amd64": "x86_64"}[_DEB.stem.rpartition("_")[2]]
_USER = 61184  # the first that systemd gives to a DynamicUser, systemd.exec(5)


_INSTALL = f"""
# The root was unpacked, not installed: dpkg gets to know only what the package depends on.
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /usr/share/doc /var/cache; : >/var/lib/dpkg/status
dpkg --force-depends --force-script-chrootless -i {_DEB.name}
"""


def _fine(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_machine(enter):
    """The script below really runs on the processor that the package is for."""
    assert _fine(enter("uname -m")).strip() == _MACHINE


def test_install_and_remove(enter, tmp_path):
    script = f"""{_INSTALL}
[ -L /etc/systemd/system/multi-user.target.wants/{_NAME}.service ]
# What systemd makes for a CacheDirectory of a DynamicUser, and what an administrator adds.
mkdir -p /var/cache/private/{_NAME}
ln -s private/{_NAME} /var/cache/{_NAME}
touch /etc/{_NAME}.token
dpkg --force-script-chrootless --remove {_NAME}
[ ! -e /usr/bin/{_NAME} ]
[ -e /etc/default/{_NAME} ] # configuration outlives a removal, not a purge
dpkg --force-script-chrootless --purge {_NAME}
find / -xdev -name '*{_NAME}*' >left
"""
    assert "Setting up model-press-runner" in _fine(enter(script))
    assert (tmp_path / "left").read_text() == ""


def test_edited_configuration_outlives_an_upgrade(enter):
    script = f"""{_INSTALL}
echo 'RUNNER_OPTIONS="--port=9090"' >/etc/default/{_NAME}
dpkg --force-confold --force-depends --force-script-chrootless -i {_DEB.name}
cat /etc/default/{_NAME}
"""
    assert _fine(enter(script)).splitlines()[-1] == 'RUNNER_OPTIONS="--port=9090"'


def test_benchmark(enter, tmp_path):
    """The runtime takes its fast kernels (XNNPACK) on this processor, and the machine is named."""
    _fine(enter(_INSTALL + f"{_NAME} benchmark --rounds 1 --variant int8 --out ."))
    found = json.loads((tmp_path / "metrics.json").read_text())
    assert found["machine"]["cpu_class"].startswith(_MACHINE)
    assert {record["delegate"] for record in found["records"]} == {"xnnpack", "none"}


def test_service_as_its_user(enter, tmp_path):
    """ExecStart as a user without rights, on a system that is read-only but for /tmp, where it unpacks itself."""
    shutil.copyfile(os.environ["PI_PHOTO"], tmp_path / "photo.png")
    done = enter(
        f"""
id -u
! touch /usr/bin/new 2>/dev/null
unit=/usr/lib/systemd/system/{_NAME}.service
export CACHE_DIRECTORY=/tmp/cache
. /etc/default/{_NAME}
umask "$(sed -n 's/^UMask=//p' $unit)"
eval "exec $(sed -n 's/^ExecStart=//p' $unit)" 2>/tmp/log &
pid=$!
python3 - <<'END' || {{ cat /tmp/log; exit 1; }}
import json, time, urllib.request
for _ in range(600):
    try:
        health = json.load(urllib.request.urlopen("http://127.0.0.1:8080/health"))
        break
    except OSError:
        time.sleep(0.1)
body = open("photo.png", "rb").read()
answer = json.load(urllib.request.urlopen("http://127.0.0.1:8080/classify?top=1", body))
print(health["status"], answer["top"][0]["label"])
END
kill -TERM $pid
wait $pid
""",
        first=_INSTALL,
        user=_USER,
    )
    expected = pathlib.Path(os.environ["PI_PHOTO_LABEL"]).read_text().strip()
    assert _fine(done).splitlines()[-2:] == [str(_USER), f"ok {expected}"]
