"""A runner is deployed to an emulated Raspberry Pi by the real ssh, sshd and rsync, and answers there."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.request

import debian
import pytest

_WAIT_S = 120
_SERVICE = "http://127.0.0.1:18080"  # as the pi_deploy target says

# Stands in for the user's systemd: starts what the unit's ExecStart says.
_SYSTEMCTL = """#!/bin/sh
case $* in
*is-system-running) echo running ;;
*restart*)
  unit=$HOME/.config/systemd/user/${3}
  start=$(sed -n 's/^ExecStart=//p' "$unit" | sed "s,%h,$HOME,")
  nohup $start >"$HOME/service.log" 2>&1 &
  echo $! >"$HOME/service.pid"
  ;;
esac
"""
_SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {home}/.ssh/host
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile {home}/.ssh/authorized_keys
SetEnv QEMU_CPU={cpu} PATH={home}/bin:/usr/bin:/bin
"""
# Who logs in must have an entry; sshd as an ordinary user lets in only that user.
_START = """
echo "pi:x:1000:1000::{home}:/bin/sh" >>/etc/passwd
exec /usr/sbin/sshd -D -e -f {home}/sshd_config 2>sshd.log
"""
_CONFIG = """
Host *
  User pi
  HostName 127.0.0.1
  Port {port}
  IdentityFile {key}
  IdentitiesOnly yes
  BatchMode yes
  StrictHostKeyChecking no
  UserKnownHostsFile {home}/.ssh/known_hosts
"""


def _path(variable: str) -> str:
    return os.path.abspath(os.environ[variable])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A folder with ssh, ssh-keygen and rsync of Debian, for the PATH of this machine."""
    for variable in ("PI_UNAVAILABLE", "PI_SYSTEM_UNAVAILABLE"):
        debian.require(variable)
    folder, root = tmp_path_factory.mktemp("programs"), _path("PI_SYSTEM")
    for name in ("ssh", "ssh-keygen", "rsync"):
        script = (
            f"#!/bin/sh\nexec {root}/lib64/ld-linux-x86-64.so.2 --library-path "
            f'{root}/usr/lib/x86_64-linux-gnu {root}/usr/bin/{name} "$@"\n'
        )
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return folder


class Pi:
    """An arm64 Debian with a user `pi` and an sshd."""

    def __init__(self, home: pathlib.Path, programs: pathlib.Path):
        self.home = home
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        self.port = _free_port()
        (home / ".ssh").mkdir(mode=0o700)
        (home / "bin").mkdir()
        for name, text in (("systemctl", _SYSTEMCTL), ("loginctl", "#!/bin/sh\n")):
            (home / "bin" / name).write_text(text)
            (home / "bin" / name).chmod(0o755)
        for key in ("host", "id", "stranger"):
            self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / ".ssh" / key)
        shutil.copy(home / ".ssh/id.pub", home / ".ssh/authorized_keys")
        cpu = os.environ["PI_CPU"]
        (home / "sshd_config").write_text(_SSHD.format(port=self.port, home=home, cpu=cpu))
        (home / "start").write_text(_START.format(home=home))
        self.config = self.make_config("config")
        self.process = subprocess.Popen(
            [*debian.command(home), "sh", "start"],
            env={**os.environ, "ENTER_UID": "1000"},
            stderr=subprocess.PIPE,
            text=True,
        )

    def make_config(self, name: str, key: str = "id", port: int | None = None) -> pathlib.Path:
        """A configuration of ssh."""
        path = self.home / name
        key_path = self.home / ".ssh" / key
        path.write_text(_CONFIG.format(port=port or self.port, key=key_path, home=self.home))
        return path

    def run(self, *words: object) -> subprocess.CompletedProcess:
        """Runs a program of this machine."""
        return subprocess.run(
            list(map(str, words)), env=self.environment, capture_output=True, text=True
        )

    def ssh(self, command: str) -> str:
        """Output of a command on the Pi."""
        done = self.run("ssh", "-F", self.config, "berry", command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait(self) -> None:
        """Until sshd answers."""
        for _ in range(_WAIT_S * 5):
            if self.process.poll() == debian.NO_EMULATION:
                pytest.skip(self.process.stderr.read().strip())
            assert self.process.poll() is None, self.process.stderr.read()
            if self.run("ssh", "-F", self.config, "berry", "true").returncode == 0:
                return
            time.sleep(0.2)
        raise AssertionError((self.home / "sshd.log").read_text())


@pytest.fixture(scope="module")
def pi(tmp_path_factory, programs):
    made = Pi(tmp_path_factory.mktemp("pi"), programs)
    try:
        made.wait()
        yield made
    finally:
        made.process.kill()
        made.process.wait()


@pytest.fixture
def deploy(pi):
    """Runs a pi_deploy target: (exit code, standard output, standard error)."""

    def run(*words, target="PI_DEPLOY", config=None):
        option = f"--ssh-config={config or pi.config}"
        done = pi.run(_path(target), "berry", option, *words)
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_runner_arrives_and_answers(pi, deploy):
    assert pi.ssh("uname -m").strip() == "aarch64"
    assert deploy() == (0, _says(), "")
    arrived = pi.home / ".local/bin/press"
    assert _sha256(arrived) == _sha256(os.environ["PI_RUNNER"])
    assert [path.name for path in arrived.parent.iterdir()] == ["press"]
    shutil.copy(os.environ["PI_PHOTO"], pi.home / "photo.png")
    expected = pathlib.Path(os.environ["PI_PHOTO_LABEL"]).read_text().strip()
    answer = json.loads(pi.ssh(".local/bin/press classify --json photo.png"))
    assert answer["top"][0]["label"] == expected


def _says() -> str:
    size = os.path.getsize(os.environ["PI_RUNNER"]) / 1e6
    return (
        f"asking berry for its platform\ncopying {size:.0f} MB to berry:.local/bin/press\n"
        "checking it there, starting it once, putting it in the old one's place\n"
        "berry has the new .local/bin/press\n"
    )


def _sha256(path) -> str:
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def test_again_with_a_service(pi, deploy):
    code, _, err = deploy("--service")
    assert (code, err) == (0, "")
    try:
        for _ in range(_WAIT_S * 5):
            with contextlib.suppress(OSError):
                health = json.load(urllib.request.urlopen(_SERVICE + "/health"))
                break
            time.sleep(0.2)
        else:
            raise AssertionError((pi.home / "service.log").read_text())
        assert health["status"] == "ok"
    finally:
        pi.ssh("kill $(cat service.pid)")


def test_a_runner_of_another_machine_is_refused(pi, deploy):
    before = sorted(pi.home.rglob("*"))
    code, _, err = deploy(target="PI_DEPLOY_PC")
    assert code == 1
    assert "berry has Python 3.11 on aarch64; the runner needs Python 3.11 on x86_64" in err
    assert err.count("\n") == 1
    assert sorted(pi.home.rglob("*")) == before


def test_unreachable(pi, deploy):
    code, _, err = deploy(config=pi.make_config("off", port=_free_port()))
    assert (code, err.count("\n")) == (1, 1)
    assert "cannot reach berry: ssh: connect to host 127.0.0.1" in err


def test_not_let_in(pi, deploy):
    code, _, err = deploy(config=pi.make_config("stranger", key="stranger"))
    assert (code, err.count("\n")) == (1, 1)
    assert "cannot reach berry: pi@127.0.0.1: Permission denied (publickey" in err
