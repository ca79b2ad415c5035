"""Fuzzes readers of JSON files and of lists of labels."""

import json
import os
import pathlib
import shutil
import tempfile

from model_press.formats import (
    bundle,
    compressions,
    coreml_recipes,
    labels,
    manifest,
    metrics,
    model_info,
    normalization,
    recipes,
    strict_json,
)
from model_press.inspect.checks import runtime_support
from model_press.search import lock, space
from model_press.tflite import reader
from pi_runner import bundle as pi_bundle

from testing.fuzz import bundles, mutate, tflite_files
from testing.fuzz.loader import Good, Load, add, loads

# The root of the runfiles: an action that writes a corpus runs in another folder.
_ROOT = pathlib.Path(__file__).parents[3]


def _file(path: str) -> Good:
    return lambda: (_ROOT / path).read_bytes()


def _pi_index() -> bytes:
    return bundle.dump(bundles.index("a", "b"))


@loads("bundle_index", ".json", _pi_index, mutate.damaged_json)
def _load_pi_index(path: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, os.path.join(folder, pi_bundle.INDEX))
        pi_bundle.Bundle(folder)


def _preprocess() -> bytes:
    return json.dumps(strict_json.to_json(normalization.NAMED["caffe"])).encode()


@loads("preprocess", ".json", _preprocess, mutate.damaged_json)
def _load_preprocess(path: pathlib.Path) -> None:
    # An attribute of a rule: Bazel passes any bytes.
    normalization.parse(path.read_bytes().decode("utf-8", "surrogateescape"))


def _load_runtime_table(path: pathlib.Path) -> None:
    runtime_support.check(reader.parse(tflite_files.tflite(), "model"), [path])


add("labels", ".txt", lambda: "\n".join("áb中cd").encode(), labels.read)

_VALID = "schemas/examples/valid/"
# Name of the loader -> (a valid file, its reader).
_JSON: dict[str, tuple[str, Load]] = {
    "manifest": (_VALID + "manifest_tflite_int8.json", manifest.read),
    "camera_manifest": (_VALID + "manifest_tflite_camera_top_k.json", manifest.read),
    "coreml_manifest": (_VALID + "manifest_mlpackage.json", manifest.read),
    "camera_coreml_manifest": (_VALID + "manifest_mlpackage_camera_top_k.json", manifest.read),
    "model_info": (_VALID + "model_info_digits.json", model_info.read),
    "metrics": (_VALID + "metrics_android.json", metrics.read),
    "recipe": ("models/recipes/int8.json", recipes.read),
    "compression": ("models/compressions/macs30.json", compressions.read),
    "coreml_recipe": ("models/coreml_recipes/palette4.json", coreml_recipes.read),
    "space": ("models/digits/best.space.json", space.read),
    "lock": ("models/digits/best.lock.json", lock.read),
    "runtime_table": ("models/runtimes/litert_2.3.0.json", _load_runtime_table),
}
for _name, (_path, _load) in _JSON.items():
    add(_name, ".json", _file(_path), _load, mutate.damaged_json)
