"""A user's workspace builds its APK, .mlpackage and Debian package with the Bazel of this machine.

It is e2e/consumer as it lies in a release archive of this tree, with nothing beside it but what that archive holds.
"""

import io
import os
import pathlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator

import pytest
import release
import workspace_files
from nested_bazel import NestedBazel

_ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent


def _shared() -> list[str]:
    """Options that give the consumer what this build has fetched, where that is the same to both."""
    repository = pathlib.Path(os.environ["PYPI_FILE"]).resolve().parents[2]
    # MODULE.bazel's repositories have other names in each workspace.
    return [f"--override_repository=pypi={repository}"] if repository.name == "pypi" else []


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> pathlib.Path:
    """The consumer's folder in an unpacked release archive."""
    folder = tmp_path_factory.mktemp("release")
    packed = release.pack(_ROOT, workspace_files.list_files(_ROOT), "model_press")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    return folder / "model_press" / "e2e" / "consumer"


@pytest.fixture(scope="module")
def bazel(workspace, tmp_path_factory) -> Iterator[NestedBazel]:
    """The Bazel of the consumer's workspace."""
    made = NestedBazel(
        workspace,
        tmp_path_factory.mktemp("base"),
        # What is shared below holds wheels for this one.
        {"MODEL_PRESS_PYTHON": sys.executable},
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def built(bazel) -> pathlib.Path:
    """The folder of the consumer's outputs after its build and tests."""
    options = ["--symlink_prefix=/", "--color=no", "--curses=no", *_shared()]
    bazel.run("build", *options, "//...")
    bazel.run("test", *options, "//...")
    lines = bazel.run("info", *_shared(), "bazel-bin").splitlines()
    return pathlib.Path(next(line for line in reversed(lines) if line.startswith("/")))


def test_the_apk_carries_the_consumers_model(built):
    with zipfile.ZipFile(built / "app.apk") as apk:
        assert "AndroidManifest.xml" in apk.namelist()
        packed = apk.read("assets/models/shapes_dynamic_int8/model.tflite")
    assert packed == (built / "shapes_dynamic_int8.tflite").read_bytes()


def test_the_mlpackage_is_whole(built):
    package = built / "shapes_coreml_fp16.mlpackage"
    assert (package / "Manifest.json").is_file()
    assert list(package.rglob("*.mlmodel"))


def test_the_debian_package_has_the_program(built):
    [package] = built.glob("shapes_*_arm64.deb")
    listed = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(listed)) as files:
        assert any(name.endswith("/shapes") for name in files.getnames())
