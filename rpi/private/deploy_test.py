"""Deploying to a Pi that is a folder: ssh and rsync are programs that do there what the real ones do on a host."""

import json
import os
import pathlib
import shlex
import zipfile

import pytest

from rpi.private import deploy

_SSH = """#!/bin/sh
{ printf '%s\\0' ssh "$@"; echo; } >>"$LOG"
[ ! -e "$PI/unreachable" ] || { echo "ssh: connect to host pi port 22: No route to host" >&2; exit 255; }
for last; do :; done
cd "$PI/home" && PATH="$PI/bin" exec /bin/sh -c "$last"
"""
_RSYNC = """#!/bin/sh
{ printf '%s\\0' rsync "$@"; echo; } >>"$LOG"
for last; do source=$target target=$last; done
links=
for option; do case $option in --copy-links) links=yes ;; --rsync-path=*) prepare=${option#--rsync-path=} ;; esac; done
cd "$PI/home" && PATH="$PI/bin" /bin/sh -c "${prepare%; rsync}"
[ ! -e "$PI/full" ] || {
  echo 'rsync: [receiver] write failed on "x": No space left on device (28)' >&2
  echo 'rsync error: error in file IO (code 11) at receiver.c(380)' >&2
  exit 11
}
[ ! -e "$PI/broken" ] || { echo rubbish >"$PI/home/${target#*:}"; exit 0; }
[ -n "$links" ] || [ ! -L "$source" ] || { echo "skipping non-regular file"; exit 0; }
cp "$source" "$PI/home/${target#*:}"
"""
# What the Pi has: the tools of every Debian, and some that only write down what they were asked.
_TOOLS = ("cat", "chmod", "cp", "id", "mkdir", "mv", "rm", "sh", "sha256sum", "uname")
_RECORDER = '#!/bin/sh\necho "$(basename "$0") $*" >>"$PI/asked"\n'


@pytest.fixture
def pi(tmp_path, monkeypatch):
    """The folder of a Pi 4 with bookworm, reached by ssh and rsync on the PATH."""
    here, there = tmp_path / "here", tmp_path / "pi"
    for folder in (here, there / "bin", there / "home"):
        folder.mkdir(parents=True)
    for tool in _TOOLS:
        (there / "bin" / tool).symlink_to(_which(tool))
    (here / "cp").symlink_to(_which("cp"))
    _program(here / "ssh", _SSH)
    _program(here / "rsync", _RSYNC)
    _program(there / "bin/rsync", "#!/bin/sh\n")
    _program(there / "bin/python3", "#!/bin/sh\necho cpython-311 True aarch64\n")
    for name in ("loginctl", "dpkg"):
        _program(there / "bin" / name, _RECORDER)
    _program(there / "bin/systemctl", _RECORDER + "[ $2 != is-system-running ] || echo running\n")
    _program(
        there / "bin/sudo", '#!/bin/sh\nshift; [ "$1" != id ] || { echo 0; exit; }; exec "$@"\n'
    )
    (there / "bin/basename").symlink_to(_which("basename"))
    monkeypatch.setenv("PATH", f"{here}:/usr/bin:/bin")
    monkeypatch.setenv("PI", str(there))
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return there


def _which(name: str) -> str:
    return next(f"{d}/{name}" for d in ("/usr/bin", "/bin") if os.path.exists(f"{d}/{name}"))


def _program(path: pathlib.Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def runner(tmp_path):
    """A runner file for aarch64: a shell script with a zip behind, as the real one is a Python script."""
    path = tmp_path / "runner"
    script = b'#!/bin/sh\n[ "$1" = variants ] && [ ! -e "$PI/no_start" ] && exit 0\necho "ERROR no NumPy" >&2; exit 3\n'
    with open(path, "wb") as file:
        file.write(script)
        with zipfile.ZipFile(file, "w") as archive:
            platforms = {"platforms": ["cp311-aarch64", "cp313-aarch64"]}
            archive.writestr("runner.json", json.dumps(platforms))
    return path


@pytest.fixture
def deployed(pi, runner, tmp_path, capsys):
    """Runs deploy with some arguments: (exit code, standard output, standard error)."""
    (tmp_path / "unit").write_text("[Service]\n")
    (tmp_path / "unit").chmod(0o555)  # as Bazel's files are
    (tmp_path / "package").write_bytes(b"deb")
    built = {
        "label": "//x:deploy",
        "runner": runner,
        "unit": tmp_path / "unit",
        "name": "press",
        "folder": ".local/bin",
        "deb": tmp_path / "package",
        "deb-name": "press-runner",
    }

    def run(*words, **changed):
        every = {**built, **changed}
        fixed = [f"--{name}={value}" for name, value in every.items() if value is not None]
        code = deploy.main([*fixed, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def _ran(tmp_path) -> list[list[str]]:
    log = tmp_path / "log"
    lines = log.read_text().split("\0\n") if log.exists() else []
    return [line.split("\0") for line in lines if line]


def test_file(pi, runner, deployed):
    code, out, err = deployed("pi@berry")
    assert (code, err) == (0, "")
    final = pi / "home/.local/bin/press"
    assert final.read_bytes() == runner.read_bytes()
    assert os.access(final, os.X_OK)
    assert [path.name for path in final.parent.iterdir()] == ["press"]
    assert out.splitlines()[-1] == "pi@berry has the new .local/bin/press"
    assert (pi / "asked").read_text() == "systemctl --user is-system-running\n"


def test_a_link_as_in_runfiles(pi, runner, deployed, tmp_path):
    (tmp_path / "link").symlink_to(runner)
    assert deployed("berry", runner=tmp_path / "link")[0] == 0
    assert (pi / "home/.local/bin/press").read_bytes() == runner.read_bytes()


@pytest.mark.parametrize("words", [[], ["--service"], ["--package"], ["--package", "--service"]])
def test_dry_run_prints_exactly_what_runs(deployed, tmp_path, words):
    code, out, err = deployed("berry", "--dry-run", *words)
    assert (code, err, _ran(tmp_path)) == (0, "", [])
    assert deployed("berry", *words)[0] == 0
    ran = _ran(tmp_path)
    assert [shlex.split(line) for line in out.splitlines()] == ran
    assert len(ran) == {0: 3, 2: 4}.get(len(words), 3 if "--package" in words else 5)


def test_dry_run_can_be_run_from_anywhere(deployed, runner, monkeypatch):
    monkeypatch.chdir(runner.parent)
    assert f" {runner} berry:" in deployed("berry", "--dry-run", runner=runner.name)[1]


def test_dry_run_needs_neither_program_nor_host(deployed, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert deployed("berry", "--dry-run")[0] == 0


def test_service_of_the_user(pi, deployed):
    assert deployed("berry", "--service")[0] == 0
    unit = pi / "home/.config/systemd/user/press.service"
    assert (unit.read_text(), unit.stat().st_mode & 0o777) == ("[Service]\n", 0o644)
    assert (pi / "asked").read_text().splitlines() == [
        "systemctl --user is-system-running",
        "loginctl enable-linger",
        "systemctl --user daemon-reload",
        "systemctl --user enable --quiet press.service",
        "systemctl --user restart press.service",
    ]


def test_package_and_its_service(pi, deployed):
    assert deployed("berry", "--package", "--service")[0] == 0
    assert (pi / "asked").read_text().splitlines()[1:] == [
        "dpkg --force-confdef --force-confold --install .cache/model_press/press-runner.deb",
        "systemctl restart press-runner.service",
    ]
    assert not (pi / "home/.local").exists()


def test_ssh_config(deployed, tmp_path, monkeypatch):
    (tmp_path / "config").write_text("Port 2222\n")
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    assert deployed("berry", "--ssh-config=config")[0] == 0
    for words in _ran(tmp_path):
        assert f"-F {tmp_path}/config" in " ".join(words)
    assert "--ssh-config none is not a file" in deployed("berry", "--ssh-config=none")[2]


def _error(answer) -> str:
    code, _, err = answer
    assert code == 1 and err.startswith("ERROR //x:deploy: ") and err.count("\n") == 1, err
    return err.removeprefix("ERROR //x:deploy: ").rstrip()


def _untouched(pi) -> bool:
    return list((pi / "home").iterdir()) == []


@pytest.mark.parametrize(("program", "package"), [("ssh", "openssh-client"), ("rsync", "rsync")])
def test_missing_here(deployed, tmp_path, monkeypatch, program, package):
    os.unlink(tmp_path / "here" / program)
    monkeypatch.setenv("PATH", str(tmp_path / "here"))
    expected = f"{program} is missing on this machine; install {package}"
    assert _error(deployed("berry")) == expected


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            "cpython-39 True aarch64",
            "berry has Python 3.9 on aarch64; the runner needs Python 3.11",
        ),
        ("cpython-311 True x86_64", "berry has Python 3.11 on x86_64; the runner needs"),
        ("cpython-311 False aarch64", "berry has Python 3.11 on aarch64, a 32-bit system; the"),
        ("", "berry has no python3; the runner needs Python 3.11 on aarch64 or Python 3.13 on"),
    ],
)
def test_wrong_machine_is_left_as_it_was(pi, deployed, answer, message):
    _program(pi / "bin/python3", f"#!/bin/sh\necho {answer}\n")
    assert _error(deployed("berry")).startswith(message)
    assert _untouched(pi)


def test_no_rsync_there(pi, deployed):
    (pi / "bin/rsync").unlink()
    assert _error(deployed("berry")) == (
        "rsync is missing on berry; run there: sudo apt-get install rsync"
    )
    assert _untouched(pi)


def test_no_root_there(pi, deployed):
    _program(pi / "bin/sudo", "#!/bin/sh\necho 'sudo: a password is required' >&2; exit 1\n")
    (pi / "bin/id").unlink()
    _program(pi / "bin/id", "#!/bin/sh\necho 1000\n")
    assert "needs root" in _error(deployed("berry", "--package"))
    assert _untouched(pi)
    assert deployed("berry")[0] == 0  # a file needs none


def test_no_systemd_there(pi, deployed):
    (pi / "bin/systemctl").unlink()
    assert "runs no systemd for its user" in _error(deployed("berry", "--service"))
    assert _untouched(pi)


@pytest.fixture
def old(pi):
    """A runner that is there already."""
    path = pi / "home/.local/bin/press"
    path.parent.mkdir(parents=True)
    path.write_text("the old one")
    return path


def test_the_old_one_is_the_basis_and_goes_at_the_end(pi, runner, deployed, old):
    assert deployed("berry")[0] == 0
    assert old.read_bytes() == runner.read_bytes()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("broken", "the file on berry has another sha256 than here and was removed; deploy again"),
        ("full", "No space left on device"),
        ("no_start", "failed: no NumPy"),
        (
            "unreachable",
            "cannot reach berry: ssh: connect to host pi port 22: No route to host; does `ssh berry` work?",
        ),
    ],
)
def test_what_fails_replaces_nothing(pi, deployed, old, fault, message):
    (pi / fault).touch()
    assert message in _error(deployed("berry"))
    assert old.read_text() == "the old one"
    # A broken transfer goes on where it was, a damaged file does not.
    assert fault != "broken" or [path.name for path in old.parent.iterdir()] == ["press"]


def test_service_that_does_not_start(pi, deployed):
    _program(
        pi / "bin/systemctl",
        "#!/bin/sh\necho running\n[ $2 != restart ] || { echo 'Job for press.service failed.' >&2; exit 1; }\n",
    )
    said = _error(deployed("berry", "--service"))
    assert "Job for press.service failed.; ssh berry journalctl --user" in said


@pytest.mark.parametrize("host", ["berry:22", "a b", "$(reboot)", "fe80::1"])
def test_wrong_host(deployed, tmp_path, host):
    assert f"HOST is '{host}'" in _error(deployed(host))
    assert _ran(tmp_path) == []


def test_options_are_no_host(deployed, capsys):
    with pytest.raises(SystemExit) as caught:
        deployed("-oProxyCommand=reboot")
    assert caught.value.code == 2
    capsys.readouterr()
    assert "HOST is '-oProxy" in _error(deployed("--", "-oProxyCommand=reboot"))


def test_no_package(deployed):
    assert "has no package" in _error(deployed("berry", "--package", deb=None))


def test_strange_folder(deployed, tmp_path):
    assert "folder is 'a b'" in _error(deployed("berry", folder="a b"))
    assert _ran(tmp_path) == []
