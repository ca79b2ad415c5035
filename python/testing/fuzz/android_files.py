"""Fuzzes readers of what Android apps hold and are built from."""

import dataclasses
import pathlib
import struct

from model_press.formats import bundle, files, strict_json
from model_press.formats.errors import UserError

from android.private import bundle_model, check_apk, merge_manifest
from testing import manifests
from testing.fuzz import bundles, mutate
from testing.fuzz.loader import loads

_MODEL, _LABELS = b"a model", b"red\nblue\n"


def _bundle_manifest() -> bytes:
    valid = manifests.manifest_of()
    valid = dataclasses.replace(
        valid,
        model=dataclasses.replace(valid.model, sha256=files.sha256_bytes(_MODEL)),
        labels=dataclasses.replace(valid.labels, count=2, sha256=files.sha256_bytes(_LABELS)),
        output=dataclasses.replace(valid.output, shape=(1, 2)),
    )
    return files.dump_json(strict_json.to_json(valid))


@loads("bundle_manifest", ".json", _bundle_manifest, mutate.damaged_json)
def _load_bundle_manifest(path: pathlib.Path) -> None:
    found = bundle_model.parse_manifest(path.read_bytes(), path.name)
    bundle_model.check(found, _MODEL, _LABELS, runtime="2.16.1")


@loads("bundle_labels", ".txt", lambda: _LABELS)
def _load_bundle_labels(path: pathlib.Path) -> None:
    found = bundle_model.parse_manifest(_bundle_manifest(), path.name)
    # Its digest is that of the damaged file, or nothing would be read.
    named = dataclasses.replace(found.labels, sha256=files.sha256(path))
    bundle_model.check(dataclasses.replace(found, labels=named), _MODEL, path.read_bytes())


def _dex() -> bytes:
    """Return the header and the tables of a .dex with one class."""
    strings, types, classes, name = 0x70, 0x74, 0x78, 0x98
    dex = bytearray(b"dex\n035\0".ljust(0x70, b"\0"))
    for at, table in ((0x38, strings), (0x40, types), (0x60, classes)):
        struct.pack_into("<II", dex, at, 1, table)
    dex += struct.pack("<II", name, 0) + bytes(32) + b"\x07La/Bcd;\0"
    struct.pack_into("<I", dex, 0x20, len(dex))
    return bytes(dex)


def _elf() -> bytes:
    """Return the header of a 64-bit library and one loadable segment."""
    elf = bytearray(b"\x7fELF\x02\x01\x01".ljust(64 + 56, b"\0"))
    struct.pack_into("<HHI", elf, 16, 3, 0xB7, 1)
    struct.pack_into("<Q", elf, 32, 64)
    struct.pack_into("<HH", elf, 54, 56, 1)
    struct.pack_into("<I", elf, 64, 1)
    struct.pack_into("<Q", elf, 64 + 48, 16384)
    return bytes(elf)


def _apk() -> bytes:
    entries = {
        "AndroidManifest.xml": b"",
        "assets/NOTICE.txt": b"tensorflow",
        "assets/models/index.json": bundle.dump(bundles.index("net")),
        "assets/models/net/model.tflite": _MODEL,
        "assets/models/net/manifest.json": _bundle_manifest(),
        "assets/models/net/labels.txt": _LABELS,
        "classes.dex": _dex(),
        "lib/arm64-v8a/libtensorflowlite_jni.so": _elf(),
    }
    return mutate.zipped(entries.items())


@loads("apk", ".apk", _apk, mutate.damaged_zip)
def _load_apk(path: pathlib.Path) -> None:
    report = check_apk.Report()
    check_apk.check_content(path, check_apk.Expected("net.app", 24, 35, 16384), report)
    # The intact fixture already fails the class and alignment checks, so ignore those.
    own = ("classes.dex", "class org.tensorflow.lite.", "no native library")
    faults = [f for f in report.faults if not f.startswith(own) and "boundary" not in f]
    if faults:
        raise UserError(faults[0])


def _android_manifest() -> bytes:
    return b"""<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.net">
  <uses-sdk android:minSdkVersion="21" />
  <uses-permission android:name="android.permission.CAMERA" />
  <application>
    <activity android:name=".Main"><intent-filter /></activity>
  </application>
</manifest>
"""


@loads("android_manifest", ".xml", _android_manifest)
def _load_android_manifest(path: pathlib.Path) -> None:
    app = _android_manifest().decode()
    try:
        merge_manifest.merge(app, [("//net", merge_manifest.read(path), 21)], "org.app", 24)
        merge_manifest.merge(merge_manifest.read(path), [("//net", app, 21)], "org.app", 24)
    except merge_manifest.MergeError as error:
        raise UserError(str(error)) from None
