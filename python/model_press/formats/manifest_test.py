"""The manifest: what is written reads back; what is inconsistent is refused by field.

//schemas:examples_test reads the shared examples, which cover every kind of manifest.
"""

import dataclasses

import pytest
from testing.manifests import changed, manifest_of
from testing.raises import user_error

from model_press.formats import camera_input, files, manifest, metrics, strict_json


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


# shows: fault model of another recipe in the bundle
def test_a_model_of_another_recipe_in_the_bundle_is_refused(tmp_path):
    model = tmp_path / "m.tflite"
    model.write_bytes(b"fp32 model")
    own = files.sha256_bytes(b"int8 model")
    with user_error("m.tflite", own[:12], "not the file its manifest names"):
        manifest.verify_file(own, model, "model")


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
    data = strict_json.to_json(_camera()) | {"schema_version": version}
    said = f"m.json: schema_version {version} was written by an older model_press, expected 3; "
    with user_error(said + "build the variant again"):
        manifest.parse(data, "m.json")


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        (manifest_of, {"input.shape": [1, 8, 8, 4]}, "input.shape [1, 8, 8, 4] must be [N, H"),
        (manifest_of, {"input.scale": 0.0}, "input.scale: input is uint8 with scale 0.0"),
        (manifest_of, {"output.dtype": "float32"}, "output is float32 with scale 0.00390625"),
        (manifest_of, {"output.shape": [1, 1001]}, "output.shape [1, 1001] must be [1, 20]"),
        (manifest_of, {"preprocess.mean": [127.5] * 3}, "mean [127.5, 127.5, 127.5] and std"),
        (manifest_of, {"preprocess.color_order": "BGR"}, "fused is true with color_order BGR"),
        (manifest_of, {"recipe.calibration": "none"}, "m.json: recipe: activations 'int8' go"),
        (_camera, {"camera_input.height": 31}, "expected camera_input's frame, uint8 [1, 31, 40,"),
        (
            _camera,
            {"camera_input.color_order": "RGB"},
            "camera_input's frame, uint8 [1, 30, 40, 3]",
        ),
        (_camera, {"camera_input.color_order": "NV12"}, "camera_input's frame, uint8 [1, 45, 40,"),
        (_camera, {"input.scale": 2.0}, "input has scale 2.0"),
        (_camera, {"postprocess.top_k": 21}, "m.json: postprocess.top_k 21 must be 1 to 20, the"),
        (_camera, {"postprocess.top_k": 4}, "output.shape [1, 3] must be [1, 4]"),
        (_camera, {"postprocess.steps": ["argmax"]}, "m.json: postprocess.top_k is 3, expected 1"),
        (
            _camera,
            {"postprocess.steps": ["topk", "softmax"]},
            "m.json: postprocess.steps ['topk', 'softmax'] is not a valid",
        ),
        (_camera, {"postprocess": None}, "output.shape [1, 3] must be [1, 20]"),
        (_camera, {"camera_input": None}, "input.shape [1, 30, 40, 4] must be [N, H, W, 3]"),
        (_camera, {"output.indices": None}, "output.indices is None, expected a name"),
        (_camera, {"output.scale": 0.0}, "int8 with scale 0.0"),
    ],
)
def test_contradictions_are_named(base, changes, message):
    data = changed(strict_json.to_json(base()), changes)
    with user_error("m.json: ", message):
        manifest.parse(data, "m.json")


def test_a_compression_stands_in_front_of_the_recipe():
    assert metrics.recipe_of(manifest_of()) == "int8"
    compression = manifest.Compression("pruned50", "0" * 64, 1, True)
    source = dataclasses.replace(manifest_of().source, compression=compression)
    assert metrics.recipe_of(manifest_of(source=source)) == "pruned50_int8"
