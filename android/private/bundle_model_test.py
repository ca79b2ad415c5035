"""A bundle is refused unless model, manifest and labels are one model that the runtime can run."""

import dataclasses
import random

import pytest
from model_press.formats import bundle, camera_input, files, manifest
from model_press.formats.errors import UserError
from testing import manifests

from android.private import bundle_model

_MODEL = b"model"
_LABELS = b"apple\npear\n"


def _manifest(model: bytes = _MODEL, recipe: str = "int8", minimum: str = "2.9.0", **changes):
    plain = manifests.manifest_of()
    changed = {
        "name": "fruit_int8",
        "model": manifest.ModelFile("m.tflite", files.sha256_bytes(model), len(model)),
        "labels": manifest.Labels("l.txt", 2, files.sha256_bytes(_LABELS)),
        "recipe": dataclasses.replace(plain.recipe, name=recipe),
        "output": dataclasses.replace(plain.output, shape=(1, 2)),
        "requires": dataclasses.replace(plain.requires, minimum_runtime=minimum),
    }
    return dataclasses.replace(plain, **changed | changes)


def _camera(color_order: str, rotation_degrees: int):
    frame = camera_input.CameraFrame(
        30, 40, color_order, "crop", "bilinear_antialias", rotation_degrees
    )
    return _manifest(
        input=manifest.Tensor("frame", (1, *frame.shape), "uint8", 1.0, 0),
        output=manifest.Output("scores", (1, 1), "float32", 0.0, 0, "indices"),
        camera_input=camera_input.camera_input_of(frame, (8, 8)),
        postprocess=camera_input.Postprocess(("argmax",), 1),
    )


def _check(found: manifest.TfliteManifest, model: bytes = _MODEL, labels: bytes = _LABELS) -> None:
    bundle_model.check(found, model, labels, recipe="int8", runtime="2.16.1")


def test_accepts_what_belongs_together():
    _check(_manifest())


def test_accepts_a_model_that_chooses_classes_itself():
    found = _camera("RGBA", 0)
    _check(found)
    with pytest.raises(UserError, match="labels of fruit_int8"):
        _check(found, labels=b"apple\n")


def test_refuses_upright_pixels_of_a_model_that_turns_them():
    _check(_camera("NV21", 90))
    _check(_camera("RGBA", 0))
    with pytest.raises(UserError, match="rotates frames of RGBA by 90 degrees itself"):
        _check(_camera("RGBA", 90))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": b"other model"}, "model of fruit_int8 .* is not the file"),
        ({"labels": b"pear\napple\n"}, "labels of fruit_int8 .* is not the file"),
        ({"found": _manifest(recipe="fp16")}, "is of recipe fp16, expected int8"),
        ({"found": _manifest(minimum="2.17.0")}, "needs runtime 2.17.0"),
        ({"found": _manifest(name="a\nb" * 1000, minimum="3")}, "a b.* needs runtime|a b.*ships"),
        ({"found": _manifest(minimum="9" * 5000)}, "needs runtime 999"),
    ],
)
def test_refuses_in_one_line(changes, message):
    arguments = {"found": _manifest(), "model": _MODEL, "labels": _LABELS, **changes}
    with pytest.raises(UserError, match=message) as error:
        _check(**arguments)
    assert "\n" not in str(error.value) and len(str(error.value)) < 1100


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (b"apple\n", "has 1 names, but the model has 2 outputs"),
        ("\u00e4pple\npear\n".encode("latin-1"), "labels of fruit_int8 is not UTF-8 text"),
    ],
)
def test_refuses_labels_that_the_manifest_names(labels, message):
    found = manifest.Labels("l.txt", 2, files.sha256_bytes(labels))
    with pytest.raises(UserError, match=message):
        _check(_manifest(labels=found), labels=labels)


def test_compares_versions_as_numbers():
    _check(_manifest(minimum="2.9.3"))  # As text, 2.9 would be above 2.16.


def _bundle(tmp_path, models: dict[str, bytes], *options: str, labels: bytes = _LABELS) -> int:
    """Bundle models of the names fruit_RECIPE, by recipe, into tmp_path/assets."""
    arguments = ["--label=//a:b", "--runtime=2.16.1", f"--out={tmp_path / 'assets'}", *options]
    (tmp_path / "l.txt").write_bytes(labels)
    for recipe, model in models.items():
        stem = tmp_path / recipe
        stem.with_suffix(".tflite").write_bytes(model)
        manifest.write(stem.with_suffix(".json"), _manifest(model, recipe))
        arguments += ["--model", f"{stem}.tflite", f"{stem}.json", str(tmp_path / "l.txt")]
        arguments += [recipe, f"fruit_{recipe}"]
    return bundle_model.main(arguments)


def test_fills_the_assets_folder(tmp_path):
    assert _bundle(tmp_path, {"int8": _MODEL}) == 0
    folder = tmp_path / "assets" / "models" / "fruit_int8"
    assert (folder / "model.tflite").read_bytes() == _MODEL
    assert (folder / "labels.txt").read_bytes() == _LABELS
    assert manifest.read(folder / "manifest.json") == _manifest()
    index = bundle.read(tmp_path / "assets/models/index.json")
    assert index.default == "fruit_int8"
    assert index.variants == (
        bundle.Variant(
            "fruit_int8",
            "fruit_int8/model.tflite",
            "fruit_int8/manifest.json",
            "fruit_int8/labels.txt",
        ),
    )


def test_leaves_nothing_behind_when_refused(tmp_path, capsys):
    assert _bundle(tmp_path, {"int8": _MODEL}, labels=b"plum\nfig\n") == 1
    error = capsys.readouterr().err
    assert error.startswith("//a:b: ") and error.count("\n") == 1
    assert not (tmp_path / "assets").exists()


def test_keeps_the_order_of_several_models(tmp_path):
    assert _bundle(tmp_path, {"z": _MODEL, "a": _MODEL}) == 0
    folder = tmp_path / "assets/models"
    assert bundle.read(folder / "index.json").names == ("fruit_z", "fruit_a")
    assert (folder / "fruit_a/model.tflite").exists()


def test_packs_a_model_where_that_pays(tmp_path):
    sparse, dense = b"\0" * 4000 + bytes(range(256)), random.Random(1).randbytes(4000)
    assert _bundle(tmp_path, {"sparse": sparse, "dense": dense}, "--pack") == 0
    folder = tmp_path / "assets/models"
    assert (folder / "fruit_sparse/model.packed").read_bytes() == sparse
    assert not (folder / "fruit_sparse/model.tflite").exists()
    assert [v.model for v in bundle.read(folder / "index.json").variants] == [
        "fruit_sparse/model.packed",
        "fruit_dense/model.tflite",
    ]
    assert (folder / "fruit_dense/model.tflite").read_bytes() == dense


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' + "1" * 5000 + "}", "[]", "\udcff"])
def test_what_is_no_manifest_is_refused_in_a_line(text):
    with pytest.raises(UserError, match=r"m\.json: expected|m\.json is not valid JSON") as error:
        bundle_model.parse_manifest(text.encode("utf-8", "surrogateescape"), "m.json")
    assert "\n" not in str(error.value)
