"""The manifest: what is written reads back; what is inconsistent is refused by field."""

import dataclasses
import json

import pytest
from testing.manifests import FLOAT_SCORES, manifest_of
from testing.raises import user_error

from model_press.formats import files, manifest, strict_json


def test_round_trip_with_the_same_bytes(tmp_path):
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    manifest.write(first, manifest_of())
    assert manifest.read(first) == manifest_of()
    manifest.write(second, manifest.read(first))
    assert first.read_bytes() == second.read_bytes()


def test_top_level_fields_stand_in_the_order_of_the_contract():
    assert list(strict_json.to_json(manifest_of())) == [
        "schema_version",
        "name",
        "model",
        "source",
        "recipe",
        "input",
        "output",
        "preprocess",
        "labels",
        "ops",
        "custom_ops",
        "minimum_runtime",
    ]


def _pre(**changes) -> manifest.Preprocess:
    return dataclasses.replace(manifest_of().preprocess, **changes)


def _input(**changes) -> manifest.Tensor:
    return dataclasses.replace(manifest_of().input, **changes)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"input": _input(shape=(1, 8, 8, 4))}, ["input.shape", "[1, 8, 8, 4]"]),
        ({"input": _input(shape=(1, -1, 8, 3))}, ["input.shape", "static"]),
        ({"input": _input(scale=0.0)}, ["input is uint8", "scale"]),
        ({"output": dataclasses.replace(FLOAT_SCORES, scale=0.5)}, ["float32", "must be 0"]),
        ({"output": dataclasses.replace(FLOAT_SCORES, shape=(1, 1001))}, ["1001", "20"]),
        ({"preprocess": _pre(mean=(127.5,) * 3)}, ["fused", "mean [127.5", "mean 0"]),
        ({"preprocess": _pre(color_order="BGR")}, ["fused", "RGB"]),
        ({"preprocess": _pre(fused=False, std=(1.0, 0.0, 1.0))}, ["std is [1.0, 0.0, 1.0]"]),
        ({"preprocess": _pre(fused=False, std=(1.0,))}, [".std 1 numbers", "three numbers"]),
        (
            {"model": dataclasses.replace(manifest_of().model, file="../x.tflite")},
            ["model.file", "plain file name"],
        ),
    ],
)
def test_inconsistent_manifests_are_refused(tmp_path, changes, said):
    path = tmp_path / "m.json"
    manifest.write(path, manifest_of(**changes))
    with user_error("manifest m.json", *said):
        manifest.read(path)


def test_a_bad_recipe_inside_is_named(tmp_path):
    path = tmp_path / "m.json"
    data = strict_json.to_json(manifest_of())
    data["recipe"]["calibration"] = "none"
    files.write_json(path, data)
    with user_error("manifest m.json: recipe", "calibration"):
        manifest.read(path)


# shows: fault model of another recipe in the bundle
def test_a_model_of_another_recipe_in_the_bundle_is_refused(tmp_path):
    model = tmp_path / "m.tflite"
    model.write_bytes(b"fp32 model")
    own = files.sha256_bytes(b"int8 model")
    with user_error("m.tflite", own[:12], "not the file its manifest names"):
        manifest.verify_file(own, model, "model")


def test_numbers_are_plain_json():
    text = files.dump_json(strict_json.to_json(manifest_of())).decode()
    assert json.loads(text)["output"]["scale"] == 1 / 256


def test_labels_are_named_after_the_conversion(tmp_path):
    whole = manifest_of()
    path = tmp_path / "net.labels.txt"
    path.write_text("".join(f"class {number}\n" for number in range(whole.labels.count)))
    without = dataclasses.replace(whole, labels=manifest.Labels("", whole.labels.count, ""))
    named = manifest.with_labels(without, path)
    assert named.labels == manifest.Labels("net.labels.txt", whole.labels.count, files.sha256(path))
    assert dataclasses.replace(named, labels=whole.labels) == whole


def test_labels_of_another_number_are_refused(tmp_path):
    path = tmp_path / "net.labels.txt"
    path.write_text("one\n")
    with user_error("labels", "1"):
        manifest.with_labels(manifest_of(), path)
