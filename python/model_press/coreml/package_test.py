"""The package on disk: what depends on the day or on chance is not in it."""

import json
import zipfile

import pytest

from model_press.coreml import package
from model_press.coreml.evaluator import program
from model_press.coreml.protos import model_pb2


@pytest.fixture
def spec():
    value = model_pb2().Model()
    value.specificationVersion = 7
    value.mlProgram.version = 1
    for key in "bcadfe":
        value.description.metadata.userDefined[key] = key
    return value


def _write(tmp_path, spec, name):
    weights = tmp_path / "weight.bin"
    weights.write_bytes(b"w" * 100)
    package.write(tmp_path / name, spec, weights)
    return tmp_path / name


def test_conversion_date_is_dropped_and_maps_are_sorted(tmp_path, spec):
    first = _write(tmp_path, spec, "a.mlpackage")
    again = model_pb2().Model()
    again.CopyFrom(spec)
    again.description.metadata.userDefined.clear()
    for key in "fedcba":
        again.description.metadata.userDefined[key] = key
    again.description.metadata.userDefined["com.github.apple.coremltools.conversion_date"] = "today"
    second = _write(tmp_path, again, "b.mlpackage")
    assert package.digest(first) == package.digest(second)
    assert "today" not in (second / program.SPEC).read_text("latin1")


# shows: pain D54
def test_manifest_names_both_items_and_its_root_is_the_specification(tmp_path, spec):
    folder = _write(tmp_path, spec, "a.mlpackage")
    data = json.loads((folder / "Manifest.json").read_text())
    items = data["itemInfoEntries"]
    assert items[data["rootModelIdentifier"]]["path"] == "com.apple.CoreML/model.mlmodel"
    assert {item["path"] for item in items.values()} == {
        "com.apple.CoreML/model.mlmodel",
        "com.apple.CoreML/weights",
    }
    for item in items.values():
        assert (folder / "Data" / item["path"]).exists()


def test_digest_follows_content_and_path(tmp_path, spec):
    folder = _write(tmp_path, spec, "a.mlpackage")
    before = package.digest(folder)
    (folder / program.WEIGHTS).write_bytes(b"v" * 100)
    changed = package.digest(folder)
    (folder / program.WEIGHTS).rename(folder / "weight.bin")
    assert len({before, changed, package.digest(folder)}) == 3


def test_zip_is_stored_under_the_packages_name_and_reproducible(tmp_path, spec):
    folder = _write(tmp_path, spec, "a.mlpackage")
    for out in ("1.zip", "2.zip"):
        package.write_zip(folder, tmp_path / out, "net.mlpackage")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == [
            f"net.mlpackage/{program.SPEC}",
            f"net.mlpackage/{program.WEIGHTS}",
            "net.mlpackage/Manifest.json",
        ]
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
    assert package.size(folder) == sum(p.stat().st_size for p in package.members(folder))
