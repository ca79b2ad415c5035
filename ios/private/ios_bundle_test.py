"""ios-bundle: the zip holds all that the app reads, the same bytes each time; what does not fit is refused."""

import dataclasses
import json
import pathlib
import zipfile

import pytest
from model_press.camera_input.coreml import fusing
from model_press.formats import manifest
from model_press.formats.camera_input import CameraFrame, make_postprocess
from testing import coreml_models, keras_models
from testing.raises import user_error

from ios.private import ios_bundle

_TEMPLATE = "let package = (\n        resources: [\n        // RESOURCES\n        ]\n)\n"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """(variant, its paths, template, sources)."""
    folder = tmp_path_factory.mktemp("bundle")
    variant = coreml_models.source(folder, keras_models.classifier("2")).convert(
        coreml_models.recipe("fp16")
    )
    manifest.write(folder / "fp16.manifest.json", variant.manifest)
    (folder / "Package.swift").write_text(_TEMPLATE)
    (folder / "View.swift").write_text("struct View {}\n")
    paths = [variant.package, folder / "fp16.manifest.json", folder / "m.labels.txt"]
    return (
        ios_bundle.Variant(*map(str, paths)),
        folder / "Package.swift",
        [(str(folder / "View.swift"), "App/View.swift")],
    )


@pytest.fixture(scope="module")
def fused(parts, tmp_path_factory):
    """The paths of the same variant, fused."""
    folder, plain = tmp_path_factory.mktemp("fused"), parts[0]
    description = manifest.read_coreml(plain.manifest)
    answer = make_postprocess(("topk",), 2, description.labels.count)
    package, path = folder / "camera.mlpackage", folder / "camera.manifest.json"
    entry = CameraFrame(37, 53, "RGB", "crop", "bilinear_antialias")
    manifest.write(path, fusing.fuse(plain.package, description, entry, answer, package))
    return ios_bundle.Variant(str(package), str(path), plain.labels)


def _write(parts, out, variants=None, sources=None):
    variant, template, given = parts
    ios_bundle.write(
        out,
        "App",
        [variant] if variants is None else variants,
        template,
        given if sources is None else sources,
    )
    with zipfile.ZipFile(out) as archive:
        return {
            i.filename.removeprefix("App.swiftpm/"): archive.read(i) for i in archive.infolist()
        }


def test_zip_holds_sources_class_models_and_catalogue(parts, tmp_path):
    members = _write(parts, tmp_path / "a.zip")
    assert set(members) == {
        "App/Generated/Fp16.swift",
        "App/Resources/fp16.manifest.json",
        "App/Resources/fp16.mlpackage/Data/com.apple.CoreML/model.mlmodel",
        "App/Resources/fp16.mlpackage/Data/com.apple.CoreML/weights/weight.bin",
        "App/Resources/fp16.mlpackage/Manifest.json",
        "App/Resources/m.labels.txt",
        "App/Resources/index.json",
        "App/View.swift",
        "Package.swift",
    }
    listed = json.loads(members["App/Resources/index.json"])["variants"]
    assert listed == [
        {
            "name": "fp16",
            "model": "fp16.mlpackage",
            "manifest": "fp16.manifest.json",
            "labels": "m.labels.txt",
        }
    ]
    package = members["Package.swift"].decode()
    for name in ("index.json", "fp16.mlpackage", "fp16.manifest.json", "m.labels.txt"):
        assert f'.copy("Resources/{name}"),' in package
    assert b"class Fp16" in members["App/Generated/Fp16.swift"]


def test_same_bytes_each_time(parts, tmp_path):
    _write(parts, tmp_path / "a.zip")
    _write(parts, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_no_model_a_clash_and_another_package_are_refused(parts, tmp_path):
    variant, template, sources = parts
    with user_error("has no model"):
        _write(parts, tmp_path / "a.zip", variants=[])
    with user_error(
        "two different files would be App/View.swift",
        "View.swift and",
        "give one of them another name",
    ):
        _write(parts, tmp_path / "a.zip", sources=[*sources, (str(template), "App/View.swift")])
    other = json.loads(pathlib.Path(variant.manifest).read_text())
    other["model"]["sha256"] = "0" * 64
    (tmp_path / "other.json").write_text(json.dumps(other))
    with user_error("is not the file that the manifest of fp16 names (000000000000…)"):
        _write(
            parts,
            tmp_path / "a.zip",
            variants=[
                ios_bundle.Variant(variant.package, str(tmp_path / "other.json"), variant.labels)
            ],
        )
    (tmp_path / "Package.swift").write_text("let package = ()\n")
    with user_error("Package.swift has no line `// RESOURCES`; add it"):
        _write((variant, tmp_path / "Package.swift", sources), tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_a_camera_variant_is_packed_too(parts, fused, tmp_path):
    members = _write(parts, tmp_path / "a.zip", variants=[parts[0], fused])
    assert "App/Resources/camera.mlpackage/Manifest.json" in members
    text = members["App/Generated/Camera.swift"].decode()
    assert "imageWidth = 53\n" in text and "public let indices: [Int]" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("model", "sha256", "0" * 64), "is not the file"),
        (("postprocess", "top_k", 99), "manifest m.json: postprocess.top_k 99 must be 1 to"),
        (("output", "name", 5), "field 'output.name': expected str"),
        (
            ("output", "name", "other"),
            "the package's outputs are scores, indices, its manifest says other, indices; take package and manifest "
            "from one target",
        ),
        (("postprocess", "top_k", 1), "output.shape [1, 2] must be [1, 1]"),
        (
            ("input", "color_order", "BGR"),
            "input is image 37x53 RGB, its manifest says image 37x53 BGR",
        ),
    ],
)
def test_a_tampered_fused_manifest_is_refused(parts, fused, tmp_path, change, message):
    field, key, value = change
    tampered = json.loads(pathlib.Path(fused.manifest).read_text())
    tampered[field][key] = value
    (tmp_path / "m.json").write_text(json.dumps(tampered))
    other = ios_bundle.Variant(fused.package, str(tmp_path / "m.json"), fused.labels)
    with user_error(message):
        _write(parts, tmp_path / "a.zip", variants=[other])
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("kind", ["plain", "fused"])
def test_labels_of_another_target_are_refused(parts, fused, tmp_path, kind):
    variant = parts[0] if kind == "plain" else fused
    names = pathlib.Path(variant.labels).read_text().splitlines()
    swapped = tmp_path / "m.labels.txt"
    swapped.write_text("".join(f"{name}\n" for name in reversed(names)))
    with user_error("labels of", "is not the file that the manifest of", "labels from one target"):
        _write(
            parts,
            tmp_path / "a.zip",
            variants=[dataclasses.replace(variant, labels=str(swapped))],
        )
    assert not (tmp_path / "a.zip").exists()
