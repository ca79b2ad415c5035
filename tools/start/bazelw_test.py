"""Runs ./bazelw on made-up machines: a folder of stub commands is the whole PATH, another the root of the disk."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

# Not resolved: under Bazel this is the runfiles tree, which holds declared inputs only.
_REPOSITORY = Path(__file__).absolute().parents[2]
_TABLE = _REPOSITORY / "tools" / "start" / "debian_packages.txt"
# What bazelw itself runs on any machine. df and id answer as the test wants, so they are stubs.
_REAL_COMMANDS = ("bash", "dirname", "grep", "mktemp", "readlink", "rm", "tail")
_GIGABYTE_IN_KILOBYTES = 1 << 20


def _rows() -> list[tuple[str, str, str]]:
    """(package, found by, name elsewhere) of every row of the table."""
    lines = [line.split(maxsplit=3) for line in _TABLE.read_text().splitlines()]
    return [(cells[0], cells[1], cells[2]) for cells in lines if cells and cells[0][0] != "#"]


class Machine:
    """A made-up machine that has everything; tests take things away."""

    def __init__(
        self, folder: Path, os_id: str = "debian", uid: int = 0, free_gb: int = 500
    ) -> None:
        self.root = folder
        self.bin = folder / "usr" / "bin"
        self.home = folder / "home"
        self.apt_log = folder / "apt.log"
        self.environment: dict[str, str] = {}
        self.bin.mkdir(parents=True)
        self.home.mkdir()
        (folder / "etc").mkdir()
        (folder / "etc" / "os-release").write_text(f'NAME="Some Linux"\nID={os_id}\n')
        for name in _REAL_COMMANDS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        self.stub("id", f"echo {uid}")
        free = free_gb * _GIGABYTE_IN_KILOBYTES
        self.stub(
            "df",
            f"echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'; echo 'disk 1 1 {free} 1% /disk'",
        )
        for _, found_by, _ in _rows():
            self.provide(found_by)
        self.python("3.11")
        self.stub("bazel", 'echo "bazel ran:" "$@"')
        self.stub(
            "apt-get",
            f'echo "$*" >>{self.apt_log}\n'
            'case $1 in install) for package; do [ ! -e "$0.$package" ] || . "$0.$package"; done ;; esac',
        )

    def stub(self, name: str, script: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def provide(self, found_by: str) -> None:
        """Puts a command, or a file named by its absolute path, in place."""
        if found_by.startswith("/"):
            path = self.root / found_by[1:]
            path.mkdir(parents=True)
        else:
            self.stub(found_by, "true")

    def python(self, version: str) -> None:
        """Makes python3 a link to pythonVERSION, as distributions do."""
        self.stub(f"python{version}", f"echo {version}")
        (self.bin / "python3").unlink(missing_ok=True)
        (self.bin / "python3").symlink_to(f"python{version}")

    def remove(self, *found_by: str) -> None:
        for name in found_by:
            path = self.root / name[1:] if name.startswith("/") else self.bin / name
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()

    def let_apt_install(self, package: str, found_by: str) -> None:
        """`apt-get install PACKAGE` will put the command FOUND_BY in place."""
        script = f"printf '#!/bin/bash\\necho {found_by} ran: \"$@\"\\n' >{self.bin / found_by}; "
        script += f"{shutil.which('chmod')} +x {self.bin / found_by}\n"
        (self.bin / f"apt-get.{package}").write_text(script)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "BAZELW_SYSROOT": str(self.root),
        }
        environment["TMPDIR"] = str(self.root)
        return subprocess.run(
            [str(self.bin / "bash"), str(_REPOSITORY / "bazelw"), *arguments],
            env={**environment, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def apt_calls(self) -> list[str]:
        return self.apt_log.read_text().splitlines() if self.apt_log.exists() else []


class BazelwTest(unittest.TestCase):
    def machine(self, os_id: str = "debian", uid: int = 0, free_gb: int = 500) -> Machine:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Machine(Path(folder.name).resolve(), os_id, uid, free_gb)

    def test_complete_machine_runs_bazel_and_nothing_else(self) -> None:
        machine = self.machine()
        done = machine.run("build", "//a b:c")
        self.assertEqual(
            (done.returncode, done.stdout, done.stderr), (0, "bazel ran: build //a b:c\n", "")
        )
        self.assertEqual(machine.apt_calls(), [])

    def test_each_row_is_installed_when_absent_and_only_then(self) -> None:
        for package, found_by, _ in _rows():
            with self.subTest(package=package):
                machine = self.machine()
                machine.remove(found_by)
                done = machine.run("--dry-run", "version")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"install -y --no-install-recommends {package}\n", done.stderr)
                self.assertEqual(machine.apt_calls(), [])

    def test_installs_updates_once_then_runs(self) -> None:
        machine = self.machine()
        machine.remove("bazel", "mvn")
        machine.let_apt_install("bazel-bootstrap", "bazel")
        machine.let_apt_install("maven", "mvn")
        done = machine.run("version")
        self.assertEqual((done.returncode, done.stdout), (0, "bazel ran: version\n"), done.stderr)
        update, install = machine.apt_calls()
        self.assertEqual(update, "update -qq")
        self.assertTrue(install.endswith("bazel-bootstrap maven"), install)
        self.assertIn("maven (no mvn here): fetches", done.stderr)

    def test_dry_run_shows_what_and_why_and_changes_nothing(self) -> None:
        machine = self.machine()
        machine.remove("bazel", "npm")
        before = sorted(machine.root.rglob("*"))
        done = machine.run("--dry-run", "test", "//...")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("bazel-bootstrap (no bazel here): runs the build\n", done.stderr)
        self.assertIn(
            "by: apt-get update && apt-get install -y --no-install-recommends bazel-bootstrap npm\n",
            done.stderr,
        )
        self.assertIn("would run: bazel test //...\n", done.stderr)
        self.assertEqual(sorted(machine.root.rglob("*")), before)

    def test_without_root_hands_one_line_to_an_administrator(self) -> None:
        machine = self.machine(uid=1000)
        machine.remove("bazel", "zipalign")
        done = machine.run("version")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn(
            "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends bazel-bootstrap zipalign'",
            done.stderr,
        )
        self.assertEqual(machine.apt_calls(), [])

    def test_apt_failure_is_one_line(self) -> None:
        machine = self.machine()
        machine.remove("mvn")
        machine.stub(
            "apt-get", 'case $1 in update) echo "W: Temporary failure resolving"; exit 100 ;; esac'
        )
        done = machine.run("version")
        self.assertEqual(done.returncode, 1)
        self.assertIn(
            "apt-get update failed (no network?): W: Temporary failure resolving\n", done.stderr
        )
        machine.stub(
            "apt-get",
            'case $1 in install) echo "E: Unable to locate package maven"; exit 100 ;; esac',
        )
        self.assertIn("E: Unable to locate package maven\n", machine.run("version").stderr)

    def test_package_that_brings_nothing_is_named(self) -> None:
        machine = self.machine()
        machine.remove("mvn")
        done = machine.run("version")
        self.assertEqual(done.returncode, 1)
        self.assertIn("still missing: maven", done.stderr)

    def test_full_disk_is_refused_before_anything_is_installed(self) -> None:
        machine = self.machine(free_gb=2)
        machine.remove("bazel")
        done = machine.run("build", "//android:app")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(
            done.stderr, r"^bazelw: /disk has 2 GB of free disk, a build needs \d+: .*\n$"
        )
        self.assertEqual(machine.apt_calls(), [])
        machine.environment["MODEL_PRESS_MIN_FREE_GB"] = "2"
        machine.provide("bazel")
        self.assertEqual(machine.run("version").returncode, 0)
        machine.environment["MODEL_PRESS_MIN_FREE_GB"] = "2GB"
        self.assertIn("is '2GB': a whole number of gigabytes", machine.run("version").stderr)

    def test_python_version(self) -> None:
        for version, accepted in (
            ("3.10", False),
            ("3.11", True),
            ("3.12", True),
            ("3.13", True),
            ("3.14", False),
        ):
            with self.subTest(version=version):
                machine = self.machine()
                machine.remove("python3.11")
                machine.python(version)
                done = machine.run("version")
                self.assertEqual(done.returncode == 0, accepted, done.stderr)
                if not accepted:
                    self.assertIn(f"is Python {version}, but", done.stderr)
                    self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_python_behind_a_version_manager_is_asked(self) -> None:
        machine = self.machine()
        machine.remove("python3", "python3.11")
        machine.stub("python3", "echo 3.9")
        self.assertIn("is Python 3.9, but", machine.run("version").stderr)
        machine.stub("python3", "echo 3.12")
        self.assertEqual(machine.run("version").returncode, 0)

    def test_another_python_may_stand_beside_python3(self) -> None:
        machine = self.machine()
        machine.remove("python3", "python3.11")
        machine.stub("python3", "echo 3.9")
        machine.stub("python3.13", "true")
        self.assertEqual(machine.run("version").returncode, 0)
        machine.environment["MODEL_PRESS_PYTHON"] = "python3"
        self.assertIn("is Python 3.9, but", machine.run("version").stderr)

    def test_ubuntu_and_derivatives_use_apt(self) -> None:
        for os_id in ("ubuntu", '"linuxmint"\nID_LIKE="ubuntu debian"'):
            machine = self.machine(os_id)
            machine.remove("mvn")
            self.assertIn("apt-get install", machine.run("--dry-run", "version").stderr)

    def test_elsewhere_one_line_says_what_to_install(self) -> None:
        machine = self.machine("fedora")
        machine.remove(
            "bazel", "node", "npm", "zipalign", "apksigner", "/usr/share/bazel/tools/skylib"
        )
        done = machine.run("version")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("this machine lacks: bazelisk node. Install them with", done.stderr)
        self.assertEqual(machine.apt_calls(), [])

    def test_elsewhere_bazelisk_runs(self) -> None:
        machine = self.machine("fedora")
        machine.remove("bazel")
        machine.stub("bazelisk", 'echo "bazelisk ran:" "$@"')
        self.assertEqual(machine.run("version").stdout, "bazelisk ran: version\n")

    def test_elsewhere_bazel_must_be_new(self) -> None:
        for version, accepted in (
            ("6.5.0", False),
            ("7.7.1", True),
            ("8.0.0rc1", True),
            ("10.0.0", True),
        ):
            with self.subTest(version=version):
                machine = self.machine("arch")
                machine.stub("bazel", f'echo "bazel {version}"')
                done = machine.run("version")
                self.assertEqual(done.returncode == 0, accepted, done.stderr)
                if not accepted:
                    self.assertIn(
                        f"is {version}, but 7 or newer is needed: install Bazelisk", done.stderr
                    )

    def test_debian_with_bazelisk_needs_no_debian_bazel(self) -> None:
        machine = self.machine()
        machine.remove("bazel", "/usr/share/bazel/tools/skylib")
        machine.stub("bazelisk", 'echo "bazelisk ran:" "$@"')
        self.assertEqual(machine.run("version").stdout, "bazelisk ran: version\n")

    def test_one_more_rc_file(self) -> None:
        machine = self.machine()
        machine.environment["MODEL_PRESS_BAZELRC"] = "/some/where.bazelrc"
        self.assertEqual(
            machine.run("test", "//...").stdout,
            "bazel ran: --bazelrc=/some/where.bazelrc test //...\n",
        )

    def test_bazeliskrc_pins_a_version_and_no_bazelversion_breaks_debians_wrapper(self) -> None:
        self.assertRegex(
            (_REPOSITORY / ".bazeliskrc").read_text(), r"^USE_BAZEL_VERSION=\d+\.\d+\.\d+\n$"
        )
        self.assertFalse((_REPOSITORY / ".bazelversion").exists())


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main()
