"""Every loader of files that users hand in: a good file for it, and how it is called."""

import dataclasses
import io
import json
import os
import pathlib
import resource
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
from PIL import Image

from model_press import (
    files,
    hdf5_probe,
    images,
    labels,
    manifest,
    minimum_runtime,
    model_format,
    model_info,
    recipes,
    strict_json,
    tflite_file,
)
from model_press.compress import recipe as compression
from model_press.coreml import manifest as coreml_manifest
from model_press.coreml import recipes as coreml_recipes
from model_press.coreml.fused import manifest as fused_coreml_manifest
from model_press.fused import manifest as fused_manifest
from model_press.fused import spec
from model_press.fuzz import coreml, mutate
from model_press.measure import metrics
from model_press.search import lock, space
from model_press.testing import manifests
from model_press.testing.tflite_bytes import Op, chain


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
    found = tflite_file.read(path)
    minimum_runtime.minimum_runtime((name, version) for name, version, _ in found.builtin_ops())
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
    """As hdf5_probe starts it, without a new interpreter's half second."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (2, 3))
        os._exit(hdf5_probe.main([path]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "see above"


def _load_keras(path: pathlib.Path) -> None:
    hdf5_probe.require_sound(path, _probe_in_a_fork)
    form = model_format.sniff(path)
    if form.container.endswith("zip"):
        with tempfile.TemporaryDirectory() as folder:
            model_format.unzip(path, pathlib.Path(folder))


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


def _json_of(value: object) -> Callable[[], bytes]:
    return lambda: files.dump_json(strict_json.to_json(value))


def _fused_manifest() -> fused_manifest.FusedManifest:
    plain = manifests.manifest_of()
    return fused_manifest.FusedManifest(
        2,
        "digits_camera",
        plain.model,
        plain.source,
        plain.recipe,
        fused_manifest.Port("frame", (1, 30, 40, 4), "uint8", 1.0, 0),
        spec.Entry(30, 40, "RGBA", "crop", "bilinear_antialias"),
        (8, 8),
        spec.Answer(("topk",), 3),
        fused_manifest.Port("scores", (1, 3), "float32", 0.0, 0),
        fused_manifest.Port("indices", (1, 3), "int32", 0.0, 0),
        plain.preprocess,
        plain.labels,
        plain.ops,
        (),
        "2.16.1",
    )


def _coreml_manifest() -> coreml_manifest.CoremlManifest:
    plain = manifests.manifest_of()
    return coreml_manifest.CoremlManifest(
        1,
        "digits_coreml_palette4",
        coreml_manifest.Package("digits.mlpackage", "mlpackage", "0" * 64, 1, 9),
        plain.source,
        coreml_recipes.read("models/coreml_recipes/palette4.json"),
        coreml_manifest.ImageInput("image", 8, 8, "RGB"),
        coreml_manifest.Outputs("classLabel", "classLabel_probs"),
        manifests.FLOAT_SCORES,
        coreml_manifest.Preprocess(plain.preprocess.resize, 1 / 127.5, (-1.0,) * 3),
        plain.labels,
        1.0,
        ("conv", "softmax"),
        "18",
    )


def _fused_coreml_manifest() -> fused_coreml_manifest.FusedCoremlManifest:
    plain, fused = _coreml_manifest(), _fused_manifest()
    return fused_coreml_manifest.FusedCoremlManifest(
        2,
        "digits_coreml_camera",
        plain.model,
        plain.source,
        plain.recipe,
        coreml_manifest.ImageInput("image", 30, 40, "RGB"),
        spec.Entry(30, 40, "RGB", "crop", "bilinear_antialias"),
        (8, 8),
        fused.answer,
        None,
        fused_coreml_manifest.Picks("scores", "indices"),
        plain.preprocess,
        plain.labels,
        ("conv", "topk"),
        "18",
    )


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
    "keras": Loader(".keras", _keras, _load_keras),
    "h5": Loader(".h5", _hdf5, _load_keras),
    "jpeg": Loader(".jpg", _picture("JPEG"), images.decode),
    "png": Loader(".png", _picture("PNG"), images.decode),
    "gif": Loader(".gif", _picture("GIF"), images.decode),
    "webp": Loader(".webp", _picture("WEBP"), images.decode),
    "npy": Loader(".npy", _npy, lambda path: np.array(files.read_npy(path, "images"))),
    "labels": Loader(".txt", lambda: "\n".join("áb中cd").encode(), labels.read),
    "manifest": Loader(
        ".json", _json_of(manifests.manifest_of()), manifest.read, mutate.damaged_json
    ),
    "any_manifest": Loader(
        ".json", _json_of(manifests.manifest_of()), coreml_manifest.read_any, mutate.damaged_json
    ),
    "fused_manifest": Loader(
        ".json", _json_of(_fused_manifest()), fused_manifest.read_any, mutate.damaged_json
    ),
    "coreml_manifest": Loader(
        ".json",
        lambda: files.dump_json(strict_json.to_json(_coreml_manifest())),
        coreml_manifest.read_any,
        mutate.damaged_json,
    ),
    "fused_coreml_manifest": Loader(
        ".json",
        lambda: files.dump_json(strict_json.to_json(_fused_coreml_manifest())),
        fused_coreml_manifest.read,
        mutate.damaged_json,
    ),
    "mlpackage": Loader(".mlmodel", coreml.specification, coreml.load_specification),
    "mlpackage_weights": Loader(".bin", coreml.weights, coreml.load_weights),
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
}
