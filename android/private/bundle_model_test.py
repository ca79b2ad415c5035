"""A bundle is refused unless model, manifest and labels are one model that the runtime can run."""

import hashlib
import json
import random

import pytest

from android.private import bundle_model

_MODEL = b"model"
_LABELS = b"apple\npear\n"


def _manifest(**changes) -> dict:
    manifest = {
        "name": "fruit_int8",
        "model": {"sha256": hashlib.sha256(_MODEL).hexdigest()},
        "labels": {"sha256": hashlib.sha256(_LABELS).hexdigest(), "count": 2},
        "recipe": {"name": "int8"},
        "output": {"shape": [1, 2]},
        "minimum_runtime": "2.9.0",
    }
    manifest.update(changes)
    return manifest


def _check(manifest: dict, model: bytes = _MODEL, labels: bytes = _LABELS) -> None:
    bundle_model.check(manifest, model, labels, recipe="int8", runtime="2.16.1")


def test_accepts_what_belongs_together():
    _check(_manifest())


def test_accepts_a_model_that_chooses_classes_itself():
    manifest = _manifest(schema_version=2, scores={"shape": [1, 1]})
    del manifest["output"]
    _check(manifest)
    with pytest.raises(bundle_model.BundleError, match="1 labels"):
        _check(manifest, labels=b"apple\n")


def test_refuses_upright_pixels_of_a_model_that_turns_them():
    def fused(**entry):
        return _manifest(schema_version=2, scores={"shape": [1, 1]}, entry=entry)

    _check(fused(color_order="NV21", turn=90))
    _check(fused(color_order="RGBA", turn=0))
    with pytest.raises(bundle_model.BundleError, match="turns frames of RGBA by 90 degrees itself"):
        _check(fused(color_order="RGBA", turn=90))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": b"other model"}, "the model is not the one"),
        ({"labels": b"pear\napple\n"}, "the labels are not those"),
        ({"labels": b"apple\n"}, "1 labels, but the manifest of fruit_int8 says 2"),
        ({"manifest": _manifest(recipe={"name": "fp16"})}, "is of recipe fp16, expected int8"),
        ({"manifest": _manifest(minimum_runtime="2.17.0")}, "needs runtime 2.17.0"),
        ({"manifest": _manifest(output={"shape": [1, 3]})}, "the model has 3 outputs"),
        ({"manifest": {"name": "fruit_int8"}}, "field 'model' is missing"),
        ({"labels": "äpple\npear\n".encode("latin-1")}, "labels of fruit_int8 are not UTF-8"),
        ({"manifest": _manifest(name="a\nb" * 1000, minimum_runtime=[3])}, "a b.* needs runtime"),
        ({"manifest": _manifest(minimum_runtime="9" * 5000)}, "needs runtime 999"),
    ],
)
def test_refuses_in_one_line(changes, message):
    arguments = {"manifest": _manifest(), "model": _MODEL, "labels": _LABELS, **changes}
    with pytest.raises(bundle_model.BundleError, match=message) as error:
        _check(**arguments)
    assert "\n" not in str(error.value) and len(str(error.value)) < 1000


def test_compares_versions_as_numbers():
    _check(_manifest(minimum_runtime="2.9.3"))  # As text, 2.9 would be above 2.16.


def _run(tmp_path, capsys, labels: bytes) -> tuple[int, str]:
    (tmp_path / "m.tflite").write_bytes(_MODEL)
    (tmp_path / "m.json").write_text(json.dumps(_manifest()))
    (tmp_path / "l.txt").write_bytes(labels)
    status = bundle_model.main(
        [
            "--label=//a:b",
            f"--model={tmp_path / 'm.tflite'}",
            f"--manifest={tmp_path / 'm.json'}",
            f"--labels={tmp_path / 'l.txt'}",
            "--recipe=int8",
            "--runtime=2.16.1",
            "--name=fruit_int8",
            f"--out={tmp_path / 'assets'}",
        ]
    )
    return status, capsys.readouterr().err


def test_fills_the_assets_folder(tmp_path, capsys):
    assert _run(tmp_path, capsys, _LABELS) == (0, "")
    folder = tmp_path / "assets" / "models" / "fruit_int8"
    assert (folder / "model.tflite").read_bytes() == _MODEL
    assert (folder / "labels.txt").read_bytes() == _LABELS
    assert json.loads((folder / "manifest.json").read_text()) == _manifest()
    assert (tmp_path / "assets/models/index.txt").read_text() == "fruit_int8\n"


def test_leaves_nothing_behind_when_refused(tmp_path, capsys):
    status, error = _run(tmp_path, capsys, b"plum\nfig\n")
    assert status == 1
    assert error.startswith("//a:b: ") and error.count("\n") == 1
    assert not (tmp_path / "assets").exists()


def test_keeps_the_order_of_several_models(tmp_path):
    arguments = ["--label=//a:b", "--runtime=2.16.1", f"--out={tmp_path / 'assets'}"]
    (tmp_path / "m").write_bytes(_MODEL)
    (tmp_path / "l").write_bytes(_LABELS)
    for name in ("z", "a"):
        (tmp_path / name).write_text(json.dumps(_manifest(recipe={"name": name})))
        arguments += [f"--model={tmp_path / 'm'}", f"--labels={tmp_path / 'l'}"]
        arguments += [f"--manifest={tmp_path / name}", f"--recipe={name}", f"--name=fruit_{name}"]
    assert bundle_model.main(arguments) == 0
    folder = tmp_path / "assets/models"
    assert (folder / "index.txt").read_text() == "fruit_z\nfruit_a\n"
    assert (folder / "fruit_a/model.tflite").exists()


def test_packs_a_model_where_that_pays(tmp_path):
    sparse, dense = b"\0" * 4000 + bytes(range(256)), random.Random(1).randbytes(4000)
    (tmp_path / "l").write_bytes(_LABELS)
    arguments = ["--label=//a:b", "--runtime=2.16.1", "--pack", f"--out={tmp_path / 'assets'}"]
    for name, model in {"sparse": sparse, "dense": dense}.items():
        (tmp_path / f"{name}.tflite").write_bytes(model)
        digest = hashlib.sha256(model).hexdigest()
        (tmp_path / f"{name}.json").write_text(json.dumps(_manifest(model={"sha256": digest})))
        arguments += [f"--model={tmp_path / name}.tflite", f"--manifest={tmp_path / name}.json"]
        arguments += [f"--labels={tmp_path / 'l'}", "--recipe=int8", f"--name={name}"]
    assert bundle_model.main(arguments) == 0
    folder = tmp_path / "assets/models"
    assert (folder / "sparse/model.packed").read_bytes() == sparse
    assert not (folder / "sparse/model.tflite").exists()
    assert (folder / "dense/model.tflite").read_bytes() == dense


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' + "1" * 5000 + "}", "[]", "\udcff"])
def test_what_is_no_manifest_is_refused_in_a_line(tmp_path, text):
    (tmp_path / "m.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(bundle_model.BundleError, match=r"m\.json: not a manifest: ") as error:
        bundle_model.read_manifest(tmp_path / "m.json")
    assert "\n" not in str(error.value)
