"""A real systemd starts, watches, restarts and stops the package's service as the unit says.

For root only (`manual`): systemd takes the service's user from a range of users that only root can hand out. It boots
in namespaces of its own.
"""

import os
import pathlib
import shutil
import subprocess
import time

import pytest

_DEB = pathlib.Path(os.environ["PI_DEB"]).absolute()
_NAME = "model-press-runner"
_WAIT_S = 120
_FIRST_USER = 100_000  # as in boot_systemd.sh
_DYNAMIC_USERS = range(61184, 65520)  # systemd.exec(5), DynamicUser

_INSTALL = f"""
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /usr/share/doc /var/cache; : >/var/lib/dpkg/status
dpkg --force-depends -i /opt/{_DEB.name}
[ -e /etc/machine-id ] || echo 0123456789abcdef0123456789abcdef >/etc/machine-id
[ -e /etc/nsswitch.conf ] || cp /usr/share/libc-bin/nsswitch.conf /etc/nsswitch.conf
"""
_ASK = """
import json, sys, urllib.error, urllib.request
body = open(sys.argv[2], "rb").read() if len(sys.argv) > 2 else None
try:
    print(json.dumps(json.load(urllib.request.urlopen("http://127.0.0.1" + sys.argv[1], body))))
except urllib.error.HTTPError as error:
    print(error.read().decode())
"""


class Booted:
    """A Debian that runs, with the package installed."""

    def __init__(self, folder: pathlib.Path):
        self.root, state = folder / "root", folder / "state"
        subprocess.run(["cp", "-a", os.path.realpath(os.environ["PI_ROOT"]), self.root], check=True)
        state.mkdir()
        (self.root / "opt").mkdir(exist_ok=True)
        shutil.copy(_DEB, self.root / "opt")
        shutil.copy(os.environ["PI_PHOTO"], self.root / "opt/photo.png")
        (self.root / "opt/ask.py").write_text(_ASK)
        script = (
            'PATH=$PATH:/usr/sbin:/sbin; cd "$0"; '
            "mount --rbind /dev dev; mount -t tmpfs tmpfs tmp; mount -t proc proc proc; "
            'exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -euc "$1"'
        )
        words = ["unshare", "--mount", "--pid", "--fork", "bash", "-euc", script]
        done = subprocess.run([*words, self.root, _INSTALL], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        subprocess.run(["chown", "-hR", f"{_FIRST_USER}:{_FIRST_USER}", self.root], check=True)
        for path in (folder, *folder.parents):
            if path.stat().st_mode & 0o001 == 0:
                path.chmod(path.stat().st_mode | 0o011)
        self._process = subprocess.Popen([os.path.abspath(os.environ["PI_BOOT"]), self.root, state])
        self._state = state

    def run(self, *words: str) -> str:
        """Output of a command in it."""
        parent = (self._state / "pid").read_text().strip()
        children = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        assert children, "systemd is gone"
        enter = f"nsenter -t {children[0]} -U -m -u -i -n -p -C -r -w --setuid 0 --setgid 0"
        clean = "/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin"
        command = [*enter.split(), *clean.split(), *words]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stdout + done.stderr

    def ask(self, *words: str) -> str:
        """What the service answers: [:port]/path, and a file to post."""
        path = words[0] if words[0].startswith(":") else ":8080" + words[0]
        return self.run("python3", "/opt/ask.py", path, *words[1:])

    def state(self) -> dict[str, str]:
        """systemd's view of the service."""
        names = ("ActiveState", "MainPID", "NRestarts", "Result")
        shown = self.run("systemctl", "show", *(f"-p{name}" for name in names), _NAME)
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def until(self, check) -> None:
        """Waits for a state."""
        for _ in range(_WAIT_S * 2):
            if (self._state / "pid").exists() and check(self.state()):
                return
            time.sleep(0.5)
        log = self.run("journalctl", "--no-pager", "-b", "-u", _NAME)
        raise AssertionError(f"{self.state()}\n{log[-3000:]}")

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture(scope="module")
def booted(tmp_path_factory):
    assert os.geteuid() == 0, "this test needs root, see above"
    made = Booted(tmp_path_factory.mktemp("booted"))
    try:
        made.until(_active)
        yield made
    finally:
        made.end()


def _active(state: dict[str, str]) -> bool:
    return state.get("ActiveState") == "active"


def test_answers(booted):
    expected = pathlib.Path(os.environ["PI_PHOTO_LABEL"]).read_text().strip()
    assert f'"label": "{expected}"' in booted.ask("/classify?top=1", "/opt/photo.png")
    assert '"status": "ok"' in booted.ask("/health")


def test_its_user_has_no_rights(booted):
    pid = booted.state()["MainPID"]
    status = dict(
        line.split(":\t", 1) for line in booted.run("cat", f"/proc/{pid}/status").splitlines()
    )
    assert int(status["Uid"].split()[0]) in _DYNAMIC_USERS
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")  # 2: a filter


def test_its_memory_is_bounded(booted):
    assert booted.run("systemctl", "show", "-pMemoryMax", _NAME) == f"MemoryMax={1 << 30}\n"


def test_the_network_needs_a_token(booted):
    options, token = (booted.root / "etc" / name for name in (f"default/{_NAME}", f"{_NAME}.token"))
    before = options.read_text()
    options.write_text('RUNNER_OPTIONS="--host=0.0.0.0"\n')
    assert "failed" in booted.run("systemctl", "restart", _NAME)
    log = booted.run("journalctl", "--no-pager", "-b", "-u", _NAME)
    assert "ERROR --host 0.0.0.0 lets other machines in" in log
    token.write_text("MODEL_PRESS_TOKEN=0123456789abcdef\n")
    token.chmod(0o600)
    os.chown(token, _FIRST_USER, _FIRST_USER)
    booted.run("systemctl", "restart", _NAME)
    booted.until(_active)
    assert "the service's token is missing or wrong" in booted.ask("/health")
    options.write_text(before)
    token.unlink()
    booted.run("systemctl", "restart", _NAME)
    booted.until(_active)
    assert '"status": "ok"' in booted.ask("/health")


def test_killed_it_comes_back(booted):
    before = booted.state()
    booted.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", _NAME)
    booted.until(lambda s: _active(s) and s["MainPID"] not in (before["MainPID"], "0"))
    assert int(booted.state()["NRestarts"]) == int(before["NRestarts"]) + 1
    assert '"status": "ok"' in booted.ask("/health")


def test_a_restart_repairs_a_lost_model(booted):
    (model,) = booted.root.glob(f"var/cache/private/{_NAME}/*/models/*/model.tflite")
    model.unlink()
    answer = booted.ask("/health")
    assert '"status": "failing"' in answer and "model.tflite is lost" in answer
    booted.run("systemctl", "restart", _NAME)
    booted.until(_active)
    assert '"status": "ok"' in booted.ask("/health")


def test_the_watchdog_ends_what_hangs(booted):
    folder = booted.root / f"etc/systemd/system/{_NAME}.service.d"
    folder.mkdir()
    (folder / "soon.conf").write_text("[Service]\nWatchdogSec=5\n")
    booted.run("systemctl", "daemon-reload")
    booted.run("systemctl", "restart", _NAME)
    booted.until(_active)
    before = booted.state()
    time.sleep(12)  # alive, it outlives more than two periods
    assert booted.state() == before
    booted.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", _NAME)
    booted.until(lambda s: _active(s) and s["MainPID"] not in (before["MainPID"], "0"))
    assert "Watchdog timeout" in booted.run("journalctl", "--no-pager", "-b", "-u", _NAME)


_MANAGER = """[Service]
Type=notify
User=1000
Delegate=yes
Environment=HOME=/home/pi XDG_RUNTIME_DIR=/run/user/1000
ExecStartPre=+/bin/sh -c "mkdir -p /run/user/1000 && chown 1000 /run/user/1000"
ExecStart=/lib/systemd/systemd --user
"""


def test_service_of_a_user(booted):
    """What pi_deploy's --service installs runs under the systemd of an ordinary user."""
    home = booted.root / "home/pi"
    units, programs = home / ".config/systemd/user", home / ".local/bin"
    for folder in (units, programs):
        folder.mkdir(parents=True)
    shutil.copyfile(os.environ["PI_USER_UNIT"], units / "press.service")
    shutil.copy(booted.root / f"usr/bin/{_NAME}", programs / "press")
    (booted.root / "etc/systemd/system/manager.service").write_text(_MANAGER)
    booted.run("sh", "-c", "echo pi:x:1000:1000::/home/pi:/bin/sh >>/etc/passwd")
    subprocess.run(["chown", "-R", str(_FIRST_USER + 1000), home], check=True)
    booted.run("systemctl", "daemon-reload")
    assert booted.run("systemctl", "start", "manager.service") == ""
    user = ["setpriv", "--reuid=1000", "--regid=0", "--clear-groups", "env", "HOME=/home/pi"]
    user += ["XDG_RUNTIME_DIR=/run/user/1000", "systemctl", "--user"]
    assert "Created symlink" in booted.run(*user, "enable", "press.service")
    assert booted.run(*user, "start", "press.service") == ""
    assert booted.run(*user, "is-active", "press.service") == "active\n"
    expected = pathlib.Path(os.environ["PI_PHOTO_LABEL"]).read_text().strip()
    answer = booted.ask(":18080/classify?top=1", "/opt/photo.png")
    assert f'"label": "{expected}"' in answer
    pid = booted.run(*user, "show", "--property=MainPID", "--value", "press.service").strip()
    status = booted.run("cat", f"/proc/{pid}/status")
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status and "Uid:\t1000" in status


def test_stops_cleanly(booted):
    booted.run("systemctl", "stop", _NAME)
    state = booted.state()
    assert (state["ActiveState"], state["Result"]) == ("inactive", "success")
