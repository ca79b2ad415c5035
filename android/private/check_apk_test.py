"""The APK check accepts the app as built and goes red, naming the entry, for each seeded fault."""

import json
import os
import pathlib
import struct
import subprocess
import zipfile

import pytest

from android.private import pack_apk

_CHECK = pathlib.Path(os.environ["APK_TEST"]).absolute()
_APK = pathlib.Path(os.environ["APK"]).absolute()
_UNSIGNED = pathlib.Path(os.environ["UNSIGNED_APK"]).absolute()
_OTHER_APK = pathlib.Path(os.environ["OTHER_APK"]).absolute()

_MODEL = "assets/models/fixture_int8/model.tflite"
_LABELS = "assets/models/fixture_int8/labels.txt"
_MANIFEST = "assets/models/fixture_int8/manifest.json"
_INDEX = "assets/models/index.json"
_NOTICE = "assets/NOTICE.txt"
_MISFIT = "is not the file that the manifest of"


def _check(apk: pathlib.Path, *options: str) -> subprocess.CompletedProcess:
    command = [_CHECK, "--apk", apk, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _faults(apk: pathlib.Path, *options: str) -> str:
    run = _check(apk, *options)
    assert run.returncode == 1, run.stdout
    assert all(line.startswith("FAULT ") for line in run.stderr.splitlines()), run.stderr
    return run.stderr


@pytest.fixture
def entries() -> dict[str, bytes]:
    with zipfile.ZipFile(_APK) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _faults_of(folder: pathlib.Path, entries: dict[str, bytes]) -> str:
    """Return the faults of an APK that is packed from these entries."""
    pack_apk.pack(folder / "broken.apk", entries.items())
    return _faults(folder / "broken.apk")


# shows: pain D34
def test_accepts_the_app_and_names_the_runtimes_known_limit():
    run = _check(_APK)
    assert run.returncode == 0, run.stderr
    lines = [line for line in run.stdout.splitlines() if line.startswith("NOTE ")]
    notes = [line for line in lines if not line.endswith(" bytes")]
    assert lines.count(f"NOTE {_APK.stat().st_size} bytes") == 1
    assert [note.split()[1] for note in notes] == [
        "lib/arm64-v8a/libtensorflowlite_jni.so",
        "lib/x86_64/libtensorflowlite_jni.so",
    ]
    assert all("16 KB" in note for note in notes)


# shows: pain 0.11; fault compressed asset
@pytest.mark.parametrize("suffix", [".tflite", ".so", ".arsc"])
def test_a_compressed_entry_is_red(tmp_path, entries, suffix):
    broken = tmp_path / "compressed.apk"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in entries.items():
            method = zipfile.ZIP_DEFLATED if name.endswith(suffix) else zipfile.ZIP_STORED
            archive.writestr(name, content, method)
    assert f"{suffix} is compressed; Android cannot map it" in _faults(broken)


# shows: pain D34
def test_an_unaligned_library_is_red(tmp_path, entries):
    broken = tmp_path / "unaligned.apk"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content, zipfile.ZIP_STORED)
    assert "not on a boundary of 16384" in _faults(broken)


# shows: pain D34
def test_a_library_for_small_pages_is_red():
    """Of a runtime that states 16 KB pages, a library linked for 4 KB is not a known limit."""
    faults = _faults(_APK, "--elf-page-bytes", "16384")
    for abi in ("arm64-v8a", "x86_64"):
        library = f"lib/{abi}/libtensorflowlite_jni.so"
        assert f"{library} is linked for pages of 4096 bytes, expected 16384" in faults


# shows: fault mis-signed APK
def test_an_unsigned_apk_is_red():
    assert "apksigner verify" in _faults(_UNSIGNED)


# shows: fault mis-signed APK
def test_a_byte_changed_after_signing_is_red(tmp_path):
    content = bytearray(_APK.read_bytes())
    with zipfile.ZipFile(_APK) as archive:
        offset = archive.getinfo("classes.dex").header_offset
    content[offset + 10] ^= 1  # The entry's date: the zip stays readable.
    broken = tmp_path / "changed.apk"
    broken.write_bytes(content)
    assert "apksigner verify" in _faults(broken)


def test_another_app_is_red():
    faults = _faults(_OTHER_APK)
    assert "models fixture_fp16 under assets/models, expected 2" in faults
    assert "package: badging says com.example.other, expected com.example.fixture" in faults
    assert (
        "asks for android.permission.INTERNET; permissions of this app: android.permission.CAMERA; "
        "name it in `permissions`, or drop it" in faults
    )
    assert "is debuggable: anyone with a cable" in faults


def test_missing_licences_are_red(tmp_path, entries):
    blank = _faults_of(tmp_path, entries | {_NOTICE: b"The app"})
    assert "does not name the runtime" in blank
    del entries[_NOTICE]
    dropped = _faults_of(tmp_path, entries)
    assert "no assets/NOTICE.txt: the licences of what ships are missing" in dropped


# shows: fault swapped labels
def test_swapped_labels_are_red(tmp_path, entries):
    first, second, *rest = entries[_LABELS].splitlines(keepends=True)
    swapped = b"".join([second, first, *rest])
    assert _MISFIT in _faults_of(tmp_path, entries | {_LABELS: swapped})


def test_another_model_under_the_manifest_is_red(tmp_path, entries):
    assert _MISFIT in _faults_of(tmp_path, entries | {_MODEL: b"another model"})


def test_a_packed_model_is_checked_too(tmp_path, entries):
    packed = _MODEL.replace(".tflite", ".packed")
    entries[packed] = entries.pop(_MODEL)
    # Unsigned, hence not green; but the model is found.
    assert "under assets/models" not in _faults_of(tmp_path, entries)
    assert _MISFIT in _faults_of(tmp_path, entries | {packed: b"another model"})


def test_a_stale_manifest_is_red(tmp_path, entries):
    manifest = json.loads(entries[_MANIFEST])
    manifest["model"]["sha256"] = "0" * 64
    stale = _faults_of(tmp_path, entries | {_MANIFEST: json.dumps(manifest).encode()})
    assert "(" + "0" * 12 + "…)" in stale


def test_a_missing_model_is_red(tmp_path, entries):
    del entries[_MODEL]
    missing = _faults_of(tmp_path, entries)
    assert "models fixture_fp16 under assets/models, expected 2" in missing


# shows: fault model of another recipe in the bundle
def test_a_model_of_another_recipe_is_red(tmp_path, entries):
    index = json.loads(entries[_INDEX])
    index["variants"].reverse()
    swapped = _faults_of(tmp_path, entries | {_INDEX: json.dumps(index).encode()})
    assert "is of recipe fp16, expected int8" in swapped


def test_a_file_that_is_no_apk_is_red(tmp_path):
    broken = tmp_path / "lfs.apk"
    broken.write_text("version of a pointer\n")
    assert "no APK" in _faults(broken)


def test_an_apk_that_unpacks_to_more_than_any_app_is_red(tmp_path):
    bomb = tmp_path / "bomb.apk"
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr("classes.dex", b"dex")
    data = bytearray(bomb.read_bytes())
    # The unpacked size that the archive's directory claims.
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 2**31)
    bomb.write_bytes(data)
    assert "its entries unpack to 2147483648 bytes" in _faults(bomb)


@pytest.mark.parametrize("name", ["classes.dex", "lib/arm64-v8a/libtensorflowlite_jni.so"])
def test_a_damaged_entry_is_red_in_a_line(tmp_path, entries, name):
    cut = _faults_of(tmp_path, entries | {name: entries[name][:70]})
    assert "no APK, or a damaged one: " in cut


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--max-bytes", "1000"], "bytes, expected at most 1000"),
        (["--debuggable"], "expected a debuggable app"),
    ],
)
def test_an_app_that_breaks_an_expectation_is_red(options, fault):
    assert fault in _faults(_APK, *options)


# shows: pain 0.9
def test_a_second_runtime_is_red(tmp_path, entries):
    runtime = entries["lib/arm64-v8a/libtensorflowlite_jni.so"]
    two = _faults_of(tmp_path, entries | {"lib/arm64-v8a/libLiteRt.so": runtime})
    assert (
        "lib/arm64-v8a has libLiteRt.so, libtensorflowlite_jni.so, expected one TensorFlow Lite"
        in two
    )


def test_an_abi_too_few_is_red(tmp_path, entries):
    del entries["lib/x86/libtensorflowlite_jni.so"]
    few = _faults_of(tmp_path, entries)
    assert (
        "ABIs arm64-v8a, armeabi-v7a, x86_64, expected arm64-v8a, armeabi-v7a, x86, x86_64" in few
    )


# shows: pain 0.9
def test_classes_defined_twice_are_red(tmp_path, entries):
    twice = _faults_of(tmp_path, entries | {"classes2.dex": entries["classes.dex"]})
    assert "classes are defined twice, for example " in twice


# shows: pain 0.9
def test_a_renamed_runtime_class_is_red(tmp_path, entries):
    name = b"Lorg/tensorflow/lite/InterpreterFactoryImpl;"
    renamed = entries["classes.dex"].replace(name, name[:-3] + b"zz;")
    faults = _faults_of(tmp_path, entries | {"classes.dex": renamed})
    assert "class org.tensorflow.lite.InterpreterFactoryImpl is missing or renamed" in faults
