"""How apps and the library reach a phone or another build."""

import os
import pathlib
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

_INSTALL = pathlib.Path(os.environ["INSTALL"]).absolute()
_AAR = [pathlib.Path(path) for path in os.environ["AAR"].split()]
_FAKE_ADB = """#!/bin/sh
if [ "$1" = devices ]; then
  echo "List of devices attached"
  printf '%s'
  exit 0
fi
echo "$@" > "$ADB_LOG"
"""


def _install(tmp_path: pathlib.Path, devices: str | None, *arguments: str):
    tools = tmp_path / "bin"
    tools.mkdir()
    if devices is not None:
        adb = tools / "adb"
        adb.write_text(_FAKE_ADB % devices)
        adb.chmod(0o755)
    for tool in ("awk", "wc"):
        (tools / tool).symlink_to(shutil.which(tool))
    environment = {
        # Nothing else: this machine may have an adb.
        "PATH": str(tools),
        "ADB_LOG": str(tmp_path / "log"),
        "RUNFILES_DIR": os.environ.get("RUNFILES_DIR") or os.environ["TEST_SRCDIR"],
    }
    return subprocess.run(
        [_INSTALL, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_installs_by_adb(tmp_path):
    run = _install(tmp_path, "SERIAL\\tdevice\\n", "-t")
    assert run.returncode == 0, run.stderr
    words = (tmp_path / "log").read_text().split()
    assert words[:3] == ["install", "-r", "-t"]
    assert zipfile.is_zipfile(words[3])


@pytest.mark.parametrize("devices", ["", "SERIAL\\tunauthorized\\n"])
def test_says_that_there_is_no_device(tmp_path, devices):
    run = _install(tmp_path, devices)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "adb sees no device" in run.stderr


@pytest.mark.skipif(
    os.path.exists("/usr/bin/adb"), reason="this machine has adb where it always looks"
)
def test_says_that_adb_is_missing(tmp_path):
    run = _install(tmp_path, None)
    assert run.returncode == 1
    assert run.stderr.startswith("//android/tests:fixture_install: adb is missing")


def test_the_library_has_its_own_classes_only():
    (aar,) = [path for path in _AAR if path.suffix == ".aar"]
    with zipfile.ZipFile(aar) as archive:
        assert archive.namelist() == ["AndroidManifest.xml", "R.txt", "classes.jar", "proguard.txt"]
        manifest = ElementTree.fromstring(archive.read("AndroidManifest.xml"))
        with archive.open("classes.jar") as jar, zipfile.ZipFile(jar) as classes:
            names = [name for name in classes.namelist() if name.endswith(".class")]
    assert manifest.get("package") == "org.modelpress.core"
    assert "org/modelpress/core/Classifier.class" in names
    # One class is in the runtime's package, since the runtime tells the plan to its own package only.
    others = [name for name in names if not name.startswith("org/modelpress/core/")]
    assert others == ["org/tensorflow/lite/ExecutionPlan.class"]


def test_the_library_names_the_runtime_that_it_needs():
    (pom,) = [path for path in _AAR if path.suffix == ".pom"]
    text = pom.read_text()
    assert "<artifactId>tensorflow-lite</artifactId>" in text
    assert "<version>2.16.1</version>" in text
