"""A made-up machine that has everything; each test takes something away and reads what the doctor says."""

import os
import pathlib
import shutil
import sys

import checks
import doctor
import finding
import machine as machines
import programs
import pytest
import stub_machine
from finding import State

WORKSPACE = pathlib.Path(os.environ.get("DOCTOR_WORKSPACE", pathlib.Path(__file__).parents[2]))


class Box(stub_machine.StubMachine):
    """Builds the machine below a folder."""

    def __init__(self, folder: pathlib.Path, os_id: str = "debian"):
        super().__init__(folder, WORKSPACE, os_id, ["sh", "cat", "true"])
        (folder / "proc").mkdir()
        (folder / "proc/meminfo").write_text("MemTotal:       16384000 kB\n")
        self.environment = {"PATH": str(self.bin), "HOME": "/users/ann"}
        self.system, self.architecture = "linux", "x86_64"
        for name in ("apt-get", "dpkg-deb", "unshare", "adb"):
            self.stub(name)
        self.python("3.11.2")
        self.stub("node", "echo v20.1.0")
        self.jdk("17.0.9")

    def python(self, version: str, pip: bool = True, name: str = "python3") -> None:
        self.stub(name, f"echo {version} {pip} /usr/bin/{name}")

    def jdk(self, version: str) -> None:
        home = self.root / "usr/lib/jvm" / version
        (home / "bin").mkdir(parents=True)
        (home / "bin/javac").write_text("#!/bin/sh\n")
        (home / "bin/javac").chmod(0o755)
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
        (self.bin / "javac").unlink(missing_ok=True)
        (self.bin / "javac").symlink_to(home / "bin/javac")

    def machine(self) -> machines.Machine:
        return machines.Machine(
            WORKSPACE, self.root, self.environment, self.system, self.architecture
        )

    def findings(self) -> dict[str, finding.Finding]:
        return {each.subject: each for each in doctor.examine(self.machine())}

    def not_ok(self) -> dict[str, finding.Finding]:
        return {name: each for name, each in self.findings().items() if each.state is not State.OK}

    def only_lack(self) -> finding.Finding:
        """Return what the machine lacks besides a Mac's Xcode, one thing."""
        [only] = (each for name, each in self.not_ok().items() if name != "Xcode")
        return only


def _free_disk(monkeypatch, gigabytes: int) -> None:
    usage = shutil.disk_usage("/")._replace(free=gigabytes << 30)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: usage)


@pytest.fixture
def box(tmp_path, monkeypatch):
    _free_disk(monkeypatch, 500)
    return Box(tmp_path / "machine")


def test_a_complete_machine_lacks_only_a_mac(box):
    assert list(box.not_ok()) == ["Xcode"]
    assert len(box.findings()) > 20


def test_a_program_that_hangs_is_given_up(box, monkeypatch):
    monkeypatch.setattr(machines, "_PATIENCE_SECONDS", 0.1)
    box.stub("unshare", "exec cat /dev/zero >/dev/null")
    assert box.not_ok()["user namespaces"].found == "not allowed"


@pytest.mark.parametrize("row", programs.rows(WORKSPACE), ids=lambda row: row.package)
def test_each_row_of_the_table_is_missed_by_name_with_cost_and_fix(box, row):
    box.remove(row.found_by)
    only = box.only_lack()
    assert only.state is State.MISSING
    assert row.found_by in only.found
    assert row.why in only.costs
    assert only.fix == f"./bazelw installs it, or: apt-get install {row.package}"


@pytest.mark.parametrize(
    ("name", "state", "says"),
    [
        ("adb", State.ABSENT, "cannot be installed on a phone"),
        ("apt-get", State.ABSENT, "emulated Raspberry Pi"),
        ("dpkg-deb", State.MISSING, "//rpi:deb is not built"),
        ("unshare", State.MISSING, "without a sandbox"),
    ],
)
def test_what_is_not_in_the_table(box, name, state, says):
    box.remove(name)
    only = box.only_lack()
    assert (only.state, says in only.costs) == (state, True)
    assert only.fix


def test_forbidden_namespaces_are_told_from_missing_ones(box):
    box.stub("unshare", "exit 1")
    assert box.not_ok()["user namespaces"].found == "not allowed"


@pytest.mark.parametrize("version", ["3.10.4", "3.14.0"])
def test_a_python_without_locked_wheels(box, version):
    box.python(version)
    python = box.not_ok()["python"]
    assert f"is {version}, expected 3.11 to 3.13" in python.found
    box.python("3.12.1", name="python3.12")
    assert box.findings()["python"].found.startswith("3.12.1")
    box.environment["MODEL_PRESS_PYTHON"] = "python3"
    assert "MODEL_PRESS_PYTHON" in box.not_ok()["python"].fix


def test_a_python_without_pip(box):
    box.python("3.11.2", pip=False)
    assert box.not_ok()["python"].fix == "apt-get install python3-pip"


def test_an_old_jdk_and_a_wrong_java_home(box):
    box.jdk("11.0.2")
    assert "11.0.2" in box.not_ok()["JDK"].found
    box.environment["JAVA_HOME"] = str(box.root / "gone")
    assert "has no bin/javac" in box.not_ok()["JDK"].found
    box.jdk("21.0.1")
    box.environment["JAVA_HOME"] = str(box.root / "usr/lib/jvm/21.0.1")
    assert box.findings()["JDK"].found.startswith("21.0.1")


def test_ones_own_bazel_counts_if_it_is_new(box):
    own = box.root / "opt"
    own.mkdir()
    box.environment["PATH"] = f"{own}:{box.bin}"
    (own / "bazel").write_text("#!/bin/sh\necho bazel 6.5.0\n")
    (own / "bazel").chmod(0o755)
    assert "6.5.0, expected 7 or newer" in box.not_ok()["bazel"].found
    (own / "bazel").write_text("#!/bin/sh\necho bazel 7.7.1\n")
    assert box.findings()["bazel"].found.startswith("7.7.1")
    (own / "bazel").rename(own / "bazelisk")
    box.remove("bazel")
    assert box.findings()["bazel"].found.endswith("bazelisk brings 7.7.1")
    assert "bazel-bootstrap" not in box.findings()


def test_too_little_disk_and_memory(box, monkeypatch):
    _free_disk(monkeypatch, 2)
    (box.root / "proc/meminfo").write_text("MemTotal:       4000000 kB\n")
    missing = box.not_ok()
    assert missing["disk for outputs"].found == "2.0 GB free under /users/ann/.cache, expected " + (
        "3" if (WORKSPACE / "bazel-out").exists() else "15"
    )
    assert missing["disk for the cache"].state is State.MISSING
    assert missing["memory"].state is State.ABSENT
    box.environment["MODEL_PRESS_MIN_FREE_GB"] = "2"
    assert "disk for outputs" not in box.not_ok()


def test_a_system_without_wheels(box):
    box.architecture = "aarch64"
    assert "linux aarch64, expected Linux on x86_64 or macOS" in box.not_ok()["system"].found


# shows: pain D62
def test_elsewhere_there_are_other_names_and_the_sdk_is_asked_for(tmp_path, monkeypatch):
    _free_disk(monkeypatch, 500)
    box = Box(tmp_path / "fedora", "fedora")
    box.stub("bazel", "echo bazel 7.7.1")
    box.remove("npm", "zipalign")
    missing = box.not_ok()
    assert missing["node"].fix.endswith("install node with your package manager")
    assert "zipalign" not in missing
    assert missing["Android SDK"].found == "ANDROID_HOME is not set"


def test_an_android_sdk_in_parts(box):
    home = box.root / "sdk"
    box.environment["ANDROID_HOME"] = str(home)
    assert "has no build-tools" in box.not_ok()["Android SDK"].found
    (home / "build-tools/35.0.0").mkdir(parents=True)
    (home / "build-tools/35.0.0/aapt2").touch()
    assert "has no platforms" in box.not_ok()["Android SDK"].found
    (home / "platforms/android-35").mkdir(parents=True)
    (home / "platforms/android-35/android.jar").touch()
    assert box.findings()["Android SDK"].found == str(home)


def test_a_mac_without_xcode(box):
    box.system, box.architecture = "darwin", "arm64"
    [xcode] = checks.xcode(box.machine())
    assert (xcode.state, xcode.found) == (State.ABSENT, "xcode-select names no folder")
    box.stub("xcode-select", "echo /Applications/Xcode.app/Contents/Developer")
    [xcode] = checks.xcode(box.machine())
    assert xcode.state is State.OK


def test_a_finding_that_is_not_ok_must_say_cost_and_fix():
    with pytest.raises(ValueError, match="says what it costs"):
        finding.Finding("x", State.MISSING, "gone", costs="much")


def test_the_report_is_aligned_and_the_exit_code_tells(box, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "this_machine", box.machine)
    assert doctor.main() == 0
    assert "0 MISSING: `bazel build" in capsys.readouterr().out
    box.remove("mvn")
    assert doctor.main() == 1
    printed = capsys.readouterr().out
    assert "  MISSING  maven " in printed
    assert "costs: it fetches the locked Java libraries" in printed
    assert "1 MISSING: some parts cannot be built or tested here" in printed


def test_it_imports_nothing_but_the_standard_library():
    own = {"checks", "doctor", "finding", "machine", "programs"}
    folder = pathlib.Path(doctor.__file__).parent
    for name in own:
        for line in (folder / f"{name}.py").read_text().splitlines():
            if line.startswith(("import ", "from ")):
                module = line.split()[1].partition(".")[0]
                assert module in own or module in sys.stdlib_module_names, line
