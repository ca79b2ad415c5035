"""Runs ./bazelw on made-up machines."""

import pathlib
import re
import shutil
import subprocess

import pytest
import stub_machine

# Not resolved: under Bazel this is the runfiles tree, which holds declared inputs only.
_REPOSITORY = pathlib.Path(__file__).absolute().parents[2]
# What bazelw itself runs on any machine. df and id answer as the test wants, so they are stubs.
_REAL_COMMANDS = ("bash", "dirname", "grep", "mktemp", "readlink", "rm", "tail")
_GIGABYTE_IN_KILOBYTES = 1 << 20


class Machine(stub_machine.StubMachine):
    """A made-up machine on which bazelw runs, as root unless `uid` says otherwise."""

    def __init__(
        self, folder: pathlib.Path, os_id: str = "debian", uid: int = 0, free_gb: int = 500
    ) -> None:
        super().__init__(folder, _REPOSITORY, os_id, _REAL_COMMANDS)
        (folder / "home").mkdir()
        self.apt_log = folder / "apt.log"
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder / "home"),
            "BAZELW_SYSROOT": str(folder),
            "TMPDIR": str(folder),
        }
        self.stub("id", f"echo {uid}")
        free = free_gb * _GIGABYTE_IN_KILOBYTES
        self.stub(
            "df",
            f"echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'; echo 'disk 1 1 {free} 1% /disk'",
        )
        self.python("3.11")
        self.stub("bazel", 'echo "bazel ran:" "$@"')
        self.stub(
            "apt-get",
            f'echo "$*" >>{self.apt_log}\n'
            'case $1 in install) for package; do [ ! -e "$0.$package" ] || . "$0.$package"; done ;; esac',
        )

    def python(self, version: str) -> None:
        """Make python3 a link to pythonVERSION, as distributions do."""
        self.stub(f"python{version}", f"echo {version}")
        (self.bin / "python3").unlink(missing_ok=True)
        (self.bin / "python3").symlink_to(f"python{version}")

    def let_apt_install(self, package: str, found_by: str) -> None:
        """Let `apt-get install PACKAGE` put the command FOUND_BY in place."""
        script = f"printf '#!/bin/bash\\necho {found_by} ran: \"$@\"\\n' >{self.bin / found_by}; "
        script += f"{shutil.which('chmod')} +x {self.bin / found_by}\n"
        (self.bin / f"apt-get.{package}").write_text(script)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / "bash"), str(_REPOSITORY / "bazelw"), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def refusal(self, *arguments: str) -> str:
        """Return the one line of standard error of a run that does nothing and fails."""
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert self.apt_calls() == []
        return done.stderr

    def apt_calls(self) -> list[str]:
        return self.apt_log.read_text().splitlines() if self.apt_log.exists() else []


@pytest.fixture
def machine(tmp_path: pathlib.Path) -> Machine:
    return Machine(tmp_path)


def test_complete_machine_runs_bazel_and_nothing_else(machine):
    done = machine.run("build", "//a b:c")
    assert (done.returncode, done.stdout, done.stderr) == (0, "bazel ran: build //a b:c\n", "")
    assert machine.apt_calls() == []


@pytest.mark.parametrize(("package", "found_by"), stub_machine.rows(_REPOSITORY))
def test_each_row_is_installed_when_absent_and_only_then(machine, package, found_by):
    machine.remove(found_by)
    done = machine.run("--dry-run", "version")
    assert done.returncode == 0, done.stderr
    assert f"install -y --no-install-recommends {package}\n" in done.stderr
    assert machine.apt_calls() == []


def test_installs_updates_once_then_runs(machine):
    machine.remove("bazel", "mvn")
    machine.let_apt_install("bazel-bootstrap", "bazel")
    machine.let_apt_install("maven", "mvn")
    done = machine.run("version")
    assert (done.returncode, done.stdout) == (0, "bazel ran: version\n"), done.stderr
    update, install = machine.apt_calls()
    assert update == "update -qq"
    assert install.endswith("bazel-bootstrap maven")
    assert "maven (no mvn here): fetches" in done.stderr


def test_dry_run_shows_what_and_why_and_changes_nothing(machine):
    machine.remove("bazel", "npm")
    before = sorted(machine.root.rglob("*"))
    done = machine.run("--dry-run", "test", "//...")
    assert (done.returncode, done.stdout) == (0, "")
    assert "bazel-bootstrap (no bazel here): runs the build\n" in done.stderr
    assert (
        "by: apt-get update && apt-get install -y --no-install-recommends bazel-bootstrap npm\n"
        in done.stderr
    )
    assert "would run: bazel test //...\n" in done.stderr
    assert sorted(machine.root.rglob("*")) == before


def test_without_root_hands_one_line_to_an_administrator(tmp_path):
    machine = Machine(tmp_path, uid=1000)
    machine.remove("bazel", "zipalign")
    assert (
        "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends bazel-bootstrap zipalign'"
        in machine.refusal("version")
    )


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            'case $1 in update) echo "W: Temporary failure resolving"; exit 100 ;; esac',
            "apt-get update failed (no network?): W: Temporary failure resolving\n",
        ),
        (
            'case $1 in install) echo "E: Unable to locate package maven"; exit 100 ;; esac',
            "E: Unable to locate package maven\n",
        ),
        ("true", "still missing: maven"),
    ],
    ids=["no update", "no package", "a package that brings nothing"],
)
def test_apt_failure_is_named(machine, script, message):
    machine.remove("mvn")
    machine.stub("apt-get", script)
    done = machine.run("version")
    assert done.returncode == 1
    assert message in done.stderr


def test_full_disk_is_refused_before_anything_is_installed(tmp_path):
    machine = Machine(tmp_path, free_gb=2)
    machine.remove("bazel")
    assert re.fullmatch(
        r"bazelw: /disk has 2 GB of free disk, a build needs \d+: .*\n",
        machine.refusal("build", "//android:app"),
    )
    machine.environment["MODEL_PRESS_MIN_FREE_GB"] = "2"
    machine.provide("bazel")
    assert machine.run("version").returncode == 0
    machine.environment["MODEL_PRESS_MIN_FREE_GB"] = "2GB"
    assert "is '2GB': a whole number of gigabytes" in machine.run("version").stderr


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_python_with_locked_wheels(machine, version):
    machine.remove("python3.11")
    machine.python(version)
    assert machine.run("version").returncode == 0


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_python_without_locked_wheels(machine, version):
    machine.remove("python3.11")
    machine.python(version)
    assert f"is Python {version}, but" in machine.refusal("version")


def test_python_behind_a_version_manager_is_asked(machine):
    machine.remove("python3", "python3.11")
    machine.stub("python3", "echo 3.9")
    assert "is Python 3.9, but" in machine.run("version").stderr
    machine.stub("python3", "echo 3.12")
    assert machine.run("version").returncode == 0


def test_another_python_may_stand_beside_python3(machine):
    machine.remove("python3", "python3.11")
    machine.stub("python3", "echo 3.9")
    machine.stub("python3.13")
    assert machine.run("version").returncode == 0
    machine.environment["MODEL_PRESS_PYTHON"] = "python3"
    assert "is Python 3.9, but" in machine.run("version").stderr


@pytest.mark.parametrize("os_id", ["ubuntu", '"linuxmint"\nID_LIKE="ubuntu debian"'])
def test_ubuntu_and_derivatives_use_apt(tmp_path, os_id):
    machine = Machine(tmp_path, os_id)
    machine.remove("mvn")
    assert "apt-get install" in machine.run("--dry-run", "version").stderr


def test_elsewhere_one_line_says_what_to_install(tmp_path):
    machine = Machine(tmp_path, "fedora")
    machine.remove("bazel", "node", "npm", "zipalign", "apksigner", "/usr/share/bazel/tools/skylib")
    assert "this machine lacks: bazelisk node. Install them with" in machine.refusal("version")


@pytest.mark.parametrize(
    ("os_id", "absent"),
    [("fedora", ["bazel"]), ("debian", ["bazel", "/usr/share/bazel/tools/skylib"])],
)
def test_bazelisk_runs_in_place_of_bazel(tmp_path, os_id, absent):
    machine = Machine(tmp_path, os_id)
    machine.remove(*absent)
    machine.stub("bazelisk", 'echo "bazelisk ran:" "$@"')
    assert machine.run("version").stdout == "bazelisk ran: version\n"


@pytest.mark.parametrize("version", ["7.7.1", "8.0.0rc1", "10.0.0"])
def test_elsewhere_a_new_bazel_runs(tmp_path, version):
    machine = Machine(tmp_path, "arch")
    machine.stub("bazel", f'echo "bazel {version}"')
    assert machine.run("version").returncode == 0


def test_elsewhere_an_old_bazel_is_refused(tmp_path):
    machine = Machine(tmp_path, "arch")
    machine.stub("bazel", 'echo "bazel 6.5.0"')
    assert "is 6.5.0, but 7 or newer is needed: install Bazelisk" in machine.refusal("version")


def test_one_more_rc_file(machine):
    machine.environment["MODEL_PRESS_BAZELRC"] = "/some/where.bazelrc"
    assert (
        machine.run("test", "//...").stdout
        == "bazel ran: --bazelrc=/some/where.bazelrc test //...\n"
    )


def test_bazeliskrc_pins_a_version_and_no_bazelversion_breaks_debians_wrapper():
    assert re.fullmatch(
        r"USE_BAZEL_VERSION=\d+\.\d+\.\d+\n", (_REPOSITORY / ".bazeliskrc").read_text()
    )
    assert not (_REPOSITORY / ".bazelversion").exists()
