"""The app bundle: Google's bundletool accepts it, and makes APKs of it that map their models as ours do."""

import os
import pathlib
import re
import subprocess
import zipfile

import pytest

_BUNDLE = pathlib.Path(os.environ["BUNDLE"]).absolute()
_AAPT2 = pathlib.Path(os.environ["AAPT2"]).absolute()
_BUNDLETOOL = pathlib.Path(os.environ["BUNDLETOOL"]).absolute()


def _bundletool(*arguments: str) -> str:
    environment = {
        key: value for key, value in os.environ.items() if key != "BUILD_WORKING_DIRECTORY"
    }
    run = subprocess.run(
        [_BUNDLETOOL, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def apks(tmp_path_factory) -> dict[str, zipfile.ZipFile]:
    """Split -> the APK that a store would make of the bundle; unsigned."""
    folder = tmp_path_factory.mktemp("apks")
    out = folder / "app.apks"
    _bundletool("build-apks", f"--bundle={_BUNDLE}", f"--output={out}", f"--aapt2={_AAPT2}")
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    return {path.stem: zipfile.ZipFile(path) for path in folder.glob("splits/*.apk")}


def test_bundletool_accepts_it():
    listed = _bundletool("validate", f"--bundle={_BUNDLE}")
    assert "Feature module: base" in listed
    assert re.search(r"File: assets/models/\w+/model.tflite", listed)
    assert "File: assets/NOTICE.txt" in listed


def test_a_damaged_one_is_refused(tmp_path):
    """bundletool looks: without its table of resources the bundle is none."""
    broken = tmp_path / "broken.aab"
    with zipfile.ZipFile(_BUNDLE) as archive, zipfile.ZipFile(broken, "w") as out:
        for name in archive.namelist():
            if not name.endswith("resources.pb"):
                out.writestr(name, archive.read(name))
    with pytest.raises(AssertionError, match="resource"):
        _bundletool("validate", f"--bundle={broken}")


def test_it_is_signed():
    with zipfile.ZipFile(_BUNDLE) as archive:
        names = archive.namelist()
    assert "META-INF/MANIFEST.MF" in names
    assert any(re.fullmatch(r"META-INF/[^/]+\.RSA", name) for name in names)


def test_each_phone_gets_its_own_library(apks):
    assert {"base-master", "base-arm64_v8a", "base-armeabi_v7a"} <= apks.keys()
    for abi in ("arm64-v8a", "armeabi-v7a"):
        libraries = [
            name
            for name in apks["base-" + abi.replace("-", "_")].namelist()
            if name.startswith("lib/")
        ]
        assert libraries == [f"lib/{abi}/libtensorflowlite_jni.so"]


def test_models_and_libraries_stay_uncompressed(apks):
    mapped = [
        entry
        for apk in apks.values()
        for entry in apk.infolist()
        if entry.filename.endswith((".so", ".tflite"))
    ]
    assert len(mapped) >= 3
    for entry in mapped:
        assert entry.compress_type == zipfile.ZIP_STORED, entry.filename
