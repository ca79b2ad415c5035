"""The manifest: what is written reads back; what is inconsistent is refused by field.

//schemas:examples_test reads the shared examples, which cover every kind of manifest.
"""

import dataclasses
import json

import pytest
from testing.manifests import FLOAT_SCORES, manifest_of
from testing.raises import user_error

from model_press.formats import camera_input, files, manifest, strict_json


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
        "format",
        "model",
        "source",
        "recipe",
        "input",
        "output",
        "camera_input",
        "postprocess",
        "preprocess",
        "labels",
        "activation_bytes",
        "requires",
    ]


def _pre(**changes) -> manifest.Preprocess:
    return dataclasses.replace(manifest_of().preprocess, **changes)


def _input(**changes) -> manifest.Tensor:
    return dataclasses.replace(manifest_of().input, **changes)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"input": _input(shape=(1, 8, 8, 4))}, ["input.shape", "[1, 8, 8, 4]"]),
        ({"input": _input(shape=(1, -1, 8, 3))}, ["'input.shape[1]': got -1, expected at least 1"]),
        ({"input": _input(scale=0.0)}, ["input is uint8", "input.scale"]),
        ({"output": dataclasses.replace(FLOAT_SCORES, scale=0.5)}, ["float32", "must be 0"]),
        ({"output": dataclasses.replace(FLOAT_SCORES, shape=(1, 1001))}, ["1001", "20"]),
        ({"preprocess": _pre(mean=(127.5,) * 3)}, ["fused", "mean [127.5", "mean 0"]),
        ({"preprocess": _pre(color_order="BGR")}, ["fused", "RGB"]),
        (
            {"preprocess": _pre(fused=False, std=(1.0, 0.0, 1.0))},
            ["'preprocess.std[1]': got 0.0, expected above 0"],
        ),
        (
            {"preprocess": _pre(fused=False, std=(1.0,))},
            ["'preprocess.std': got [1.0], expected 3 items, got 1"],
        ),
        (
            {"model": dataclasses.replace(manifest_of().model, file="../x.tflite")},
            ["model.file", "plain file name, without folders"],
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
    unlabelled = tmp_path / "m.json"
    manifest.write(unlabelled, without)
    with user_error("labels.file"):
        manifest.read(unlabelled)
    named = manifest.with_labels(manifest.read_unlabelled(unlabelled), path)
    assert named.labels == manifest.Labels("net.labels.txt", whole.labels.count, files.sha256(path))
    assert dataclasses.replace(named, labels=whole.labels) == whole


def test_labels_of_another_number_are_refused(tmp_path):
    path = tmp_path / "net.labels.txt"
    path.write_text("one\n")
    with user_error("labels", "1"):
        manifest.with_labels(manifest_of(), path)


def _camera() -> manifest.TfliteManifest:
    frame = camera_input.CameraFrame(30, 40, "RGBA", "crop", "bilinear_antialias")
    return manifest_of(
        name="net_camera",
        input=manifest.Tensor("frame", (1, *frame.shape), "uint8", 1.0, 0),
        output=manifest.Output("scores", (1, 3), "int8", 0.5, 0, "indices"),
        camera_input=camera_input.camera_input_of(frame, (8, 8)),
        postprocess=camera_input.Postprocess(("topk",), 3),
    )


def test_camera_input_reads_back_and_can_be_asked_for(tmp_path):
    path = tmp_path / "m.json"
    manifest.write(path, _camera())
    assert manifest.read(path) == manifest.read_tflite(path, camera=True) == _camera()
    assert _camera().top_k == 3 and manifest_of().top_k == 0
    with user_error("m.json: camera_input is set, expected a variant without camera input"):
        manifest.read_tflite(path, camera=False)
    with user_error("m.json: format is 'tflite', expected 'mlpackage'"):
        manifest.read_coreml(path)
    manifest.write(path, manifest_of())
    with user_error("m.json: camera_input is null, expected a variant with camera input"):
        manifest.read_tflite(path, camera=True)


@pytest.mark.parametrize("version", [1, 2])
def test_older_schemas_are_refused_with_the_cure(version):
    data = json.loads(files.dump_json(strict_json.to_json(_camera()))) | {"schema_version": version}
    said = f"m.json: schema_version {version} was written by an older model_press, expected 3; "
    with user_error(said + "build the variant again"):
        manifest.parse(data, "m.json")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema_version",), 4, "schema_version"),
        (("camera_input", "height"), 31, "expected camera_input's frame, uint8 [1, 31, 40, 4]"),
        (("camera_input", "color_order"), "RGB", "camera_input's frame, uint8 [1, 30, 40, 3]"),
        (("camera_input", "color_order"), "NV12", "camera_input's frame, uint8 [1, 45, 40, 1]"),
        (("camera_input", "filter"), "lanczos", "camera_input.filter"),
        (("camera_input", "rotation_degrees"), 45, "camera_input.rotation_degrees"),
        (("input", "scale"), 2.0, "input has scale 2.0"),
        (("camera_input", "model_input_size"), [8], "model_input_size': got [8], expected 2 items"),
        (("camera_input", "model_input_size"), [8, 0], "model_input_size[1]': got 0, expected"),
        (("camera_input", "model_input_size"), [16385, 8], "model_input_size[0]': got 16385"),
        (("preprocess", "mean"), [0, 0], "'preprocess.mean': got [0.0, 0.0], expected 3 items"),
        (("postprocess", "top_k"), 21, "m.json: postprocess.top_k 21 must be 1 to 20, the model's"),
        (("postprocess", "top_k"), 4, "output.shape [1, 3] must be [1, 4]"),
        (("postprocess", "steps"), ["argmax"], "m.json: postprocess.top_k is 3, expected 1"),
        (
            ("postprocess", "steps"),
            ["topk", "softmax"],
            "m.json: postprocess.steps ['topk', 'softmax'] is not a valid",
        ),
        (("postprocess",), None, "output.shape [1, 3] must be [1, 20]"),
        (("camera_input",), None, "input.shape [1, 30, 40, 4] must be [N, H, W, 3]"),
        (("output", "indices"), None, "output.indices is None, expected a name"),
        (("output", "dtype"), "int32", "output.dtype"),
        (("output", "scale"), 0.0, "int8 with scale 0.0"),
        (("model", "file"), "../x", "plain file name"),
    ],
)
def test_contradictions_of_camera_input_are_named(path, value, message):
    data = json.loads(files.dump_json(strict_json.to_json(_camera())))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with user_error(message):
        manifest.parse(data, "m.json")
