"""Every loader of files that users hand in: a good file for it, and how it is called."""

import dataclasses
import io
import json
import os
import pathlib
import resource
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
from model_press.coreml import package
from model_press.evaluate import coreml_eval
from model_press.formats import (
    bundle,
    coreml_recipes,
    files,
    labels,
    manifest,
    metrics,
    model_info,
    normalization,
    recipes,
    strict_json,
)
from model_press.formats import compressions as compression
from model_press.formats.errors import UserError
from model_press.images import decode, image_set
from model_press.inspect import inspection
from model_press.inspect import loaders as inspection_loaders
from model_press.inspect import page as inspection_page
from model_press.keras_io import hdf5_probe, model_format
from model_press.memory import report as memory
from model_press.search import lock, space
from model_press.tflite import op_versions, reader
from pi_runner import bundle as pi_bundle
from PIL import Image

from android.private import bundle_model, check_apk, merge_manifest
from testing import manifests
from testing.fuzz import coreml, mutate
from testing.tflite_bytes import Op, chain


@dataclasses.dataclass(frozen=True)
class Loader:
    """suffix: of the file's name. good: a file that loads. load: takes its path. damaged: makes a bad copy."""

    suffix: str
    good: Callable[[], bytes]
    load: Callable[[pathlib.Path], object]
    damaged: Callable[[bytes, int], bytes] = mutate.damaged


def _tflite() -> bytes:
    return chain(Op("CONV_2D"), Op("CUSTOM", 1, "X"), constant=np.ones(64, np.float32))


def _load_tflite(path: pathlib.Path) -> None:
    found = reader.read(path)
    op_versions.minimum_runtime((name, version) for name, version, _ in found.builtin_ops())
    found.inner_float_tensors()


def _config() -> dict[str, Any]:
    layers = [
        {"class_name": "Dense", "config": {"name": "d", "units": 3}, "module": "keras.layers"}
    ]
    return {"class_name": "Functional", "config": {"layers": layers}, "keras_version": "3.15.1"}


def _hdf5() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "m.h5"
        with h5py.File(path, "w") as file:
            file.attrs["keras_version"] = "2.15.0"
            file.attrs["model_config"] = json.dumps(_config())
            file.create_group("model_weights")["d"] = np.ones((8, 3), np.float32)
        return path.read_bytes()


def _keras() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(_config()))
        archive.writestr("model.weights.h5", _hdf5())
    return out.getvalue()


def _probe_in_a_fork(path: str) -> tuple[int, str]:
    """Run as hdf5_probe does, without a new interpreter's half second."""
    child = os.fork()
    if not child:
        # So little that ten seconds are enough for it on a machine that ten others share.
        resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
        os._exit(hdf5_probe.main([path]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "see above"


def _load_keras(path: pathlib.Path) -> None:
    hdf5_probe.require_sound(path, _probe_in_a_fork)
    form = model_format.sniff(path)
    if form.container.endswith("zip"):
        with tempfile.TemporaryDirectory() as folder:
            model_format.unzip(path, pathlib.Path(folder))


def _mlpackage_zip() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = coreml.write(pathlib.Path(folder))
        package.write_zip(made, pathlib.Path(folder) / "net.zip", made.name)
        return (pathlib.Path(folder) / "net.zip").read_bytes()


def _load_mlpackage_zip(path: pathlib.Path) -> None:
    with coreml_eval.unpacked(str(path)) as folder:
        coreml_eval.opened(folder)


def _saved_model_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("saved_model.pb", "variables/variables.index"):
            archive.writestr(name, name.encode() * 9)
    return out.getvalue()


def _inspect(path: pathlib.Path) -> None:
    inspection_page.lines(inspection.inspect(path, [], seconds=None))


def _account(path: pathlib.Path) -> None:
    for _ in memory.lines(memory.account(path), every_layer=True):
        pass


def _runtime_table(path: pathlib.Path) -> None:
    inspection_loaders.check(reader.parse(_tflite(), "model"), [path])


def _index(*names: str) -> bundle.Index:
    return bundle.make(
        bundle.Variant(n, f"{n}/model.tflite", f"{n}/manifest.json", f"{n}/labels.txt")
        for n in names
    )


def _pi_index() -> bytes:
    return files.dump_json(strict_json.to_json(_index("a", "b")))


def _load_pi_index(path: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, os.path.join(folder, pi_bundle.INDEX))
        pi_bundle.Bundle(folder)


_MODEL, _LABELS = b"a model", b"red\nblue\n"


def _bundle_manifest() -> bytes:
    variant_manifest = manifests.manifest_of()
    variant_manifest = dataclasses.replace(
        variant_manifest,
        model=dataclasses.replace(variant_manifest.model, sha256=files.sha256_bytes(_MODEL)),
        labels=dataclasses.replace(
            variant_manifest.labels, count=2, sha256=files.sha256_bytes(_LABELS)
        ),
        output=dataclasses.replace(variant_manifest.output, shape=(1, 2)),
    )
    return files.dump_json(strict_json.to_json(variant_manifest))


def _load_bundle_manifest(path: pathlib.Path) -> None:
    found = bundle_model.parse_manifest(path.read_bytes(), path.name)
    bundle_model.check(found, _MODEL, _LABELS, runtime="2.16.1")


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
        "assets/models/index.json": bundle.dump(_index("net")),
        "assets/models/net/model.tflite": _MODEL,
        "assets/models/net/manifest.json": _bundle_manifest(),
        "assets/models/net/labels.txt": _LABELS,
        "classes.dex": _dex(),
        "lib/arm64-v8a/libtensorflowlite_jni.so": _elf(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


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


def _load_android_manifest(path: pathlib.Path) -> None:
    app = _android_manifest().decode()
    try:
        merge_manifest.merge(app, [("//net", merge_manifest.read(path), 21)], "org.app", 24)
        merge_manifest.merge(merge_manifest.read(path), [("//net", app, 21)], "org.app", 24)
    except merge_manifest.MergeError as error:
        raise UserError(str(error)) from None


def _preprocess() -> bytes:
    return json.dumps(strict_json.to_json(normalization.NAMED["caffe"])).encode()


def _load_preprocess(path: pathlib.Path) -> None:
    # An attribute of a rule: Bazel passes any bytes.
    normalization.parse(path.read_bytes().decode("utf-8", "surrogateescape"))


def _picture(kind: str) -> Callable[[], bytes]:
    def make() -> bytes:
        pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(pixels).save(out, kind, **({"exif": exif} if kind != "GIF" else {}))
        return out.getvalue()

    return make


def _npy() -> bytes:
    out = io.BytesIO()
    np.save(out, np.zeros((2, 4, 4, 3), np.uint8))
    return out.getvalue()


def _load_npy(path: pathlib.Path) -> None:
    pixels, _ = image_set.from_arrays(str(path), None, None)
    np.array(pixels)


def _json_of(value: object) -> Callable[[], bytes]:
    return lambda: files.dump_json(strict_json.to_json(value))


def _example(name: str) -> Callable[[], bytes]:
    return lambda: (pathlib.Path("schemas/examples/valid") / f"{name}.json").read_bytes()


def _shipped(folder: str, name: str) -> Callable[[], bytes]:
    return lambda: (pathlib.Path("models") / folder / f"{name}.json").read_bytes()


def _info() -> model_info.ModelInfo:
    return model_info.ModelInfo(
        1,
        "net",
        "3",
        "a" * 64,
        1000,
        250,
        model_info.Port("image", (0, 8, 8, 3)),
        model_info.Port("scores", (0, 2)),
        2,
        model_info.InfoPreprocess(
            "RGB", (127.5,) * 3, (127.5,) * 3, manifest.Resize("crop", "bilinear_antialias")
        ),
        True,
    )


def _metrics() -> metrics.Metrics:
    machine = metrics.Machine("host", "cpu", "x86_64", ("avx2",), 2, 8_000_000, "Linux")
    record = metrics.Record(
        *("net_fp32", "fp32", "a" * 64, 1, 1, metrics.Runtime("litert", "2.3.0"), "xnnpack", 1),
        *(1.0, 2.0, metrics.Latency(1.0, 1.0, 0.1, 9, 3), 1000, 2000, 1, ()),
    )
    return metrics.Metrics(1, machine, (record,))


LOADERS = {
    "tflite": Loader(".tflite", _tflite, _load_tflite),
    "inspect": Loader(".tflite", _tflite, _inspect),
    "memory": Loader(".tflite", _tflite, _account),
    "keras": Loader(".keras", _keras, _load_keras, mutate.damaged_zip),
    "saved_model": Loader(".zip", _saved_model_zip, _load_keras, mutate.damaged_zip),
    "h5": Loader(".h5", _hdf5, _load_keras),
    "jpeg": Loader(".jpg", _picture("JPEG"), decode.decode),
    "png": Loader(".png", _picture("PNG"), decode.decode),
    "gif": Loader(".gif", _picture("GIF"), decode.decode),
    "webp": Loader(".webp", _picture("WEBP"), decode.decode),
    "bmp": Loader(".bmp", _picture("BMP"), decode.decode),
    "npy": Loader(".npy", _npy, _load_npy, mutate.damaged_npy),
    "labels": Loader(".txt", lambda: "\n".join("áb中cd").encode(), labels.read),
    **{
        name: Loader(".json", _example(f"manifest_{example}"), manifest.read, mutate.damaged_json)
        for name, example in {
            "manifest": "tflite_int8",
            "camera_manifest": "tflite_camera_top_k",
            "coreml_manifest": "mlpackage",
            "camera_coreml_manifest": "mlpackage_camera_top_k",
        }.items()
    },
    "mlpackage": Loader(".mlmodel", coreml.specification, coreml.load_specification),
    "mlpackage_weights": Loader(".bin", coreml.weights, coreml.load_weights),
    "mlpackage_zip": Loader(".zip", _mlpackage_zip, _load_mlpackage_zip, mutate.damaged_zip),
    "model_info": Loader(".json", _json_of(_info()), model_info.read, mutate.damaged_json),
    "metrics": Loader(".json", _json_of(_metrics()), metrics.read, mutate.damaged_json),
    "recipe": Loader(".json", _shipped("recipes", "int8"), recipes.read, mutate.damaged_json),
    "compression": Loader(
        ".json", _shipped("compressions", "macs30"), compression.read, mutate.damaged_json
    ),
    "coreml_recipe": Loader(
        ".json", _shipped("coreml_recipes", "palette4"), coreml_recipes.read, mutate.damaged_json
    ),
    "space": Loader(".json", _shipped("digits", "best.space"), space.read, mutate.damaged_json),
    "lock": Loader(".json", _shipped("digits", "best.lock"), lock.read, mutate.damaged_json),
    "runtime_table": Loader(
        ".json", _shipped("runtimes", "litert_2.3.0"), _runtime_table, mutate.damaged_json
    ),
    "preprocess": Loader(".json", _preprocess, _load_preprocess, mutate.damaged_json),
    "pi_index": Loader(".json", _pi_index, _load_pi_index, mutate.damaged_json),
    "bundle_manifest": Loader(
        ".json", _bundle_manifest, _load_bundle_manifest, mutate.damaged_json
    ),
    "bundle_labels": Loader(".txt", lambda: _LABELS, _load_bundle_labels),
    "apk": Loader(".apk", _apk, _load_apk, mutate.damaged_zip),
    "android_manifest": Loader(".xml", _android_manifest, _load_android_manifest),
}
