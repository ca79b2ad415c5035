"""model_format: what is refused before Keras or TensorFlow see it."""

import json
import zipfile

import h5py
import pytest
from testing.raises import user_error

from model_press.keras_io import model_format

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 91\n"
LAMBDA = {"config": {"layers": [{"class_name": "Lambda", "config": {"name": "evil"}}]}}


def _keras_zip(path, version="3.15.1", config=None, **members):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(config or {"class_name": "Functional"}))
        archive.writestr("model.weights.h5", b"\x89HDF" + b"0" * 4096)
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _hdf5(path, version="2.15.0", config=None):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["model_config"] = json.dumps(config or {})
        file["weights"] = list(range(1000))
    return path


@pytest.mark.parametrize("version, keras", [("3.15.1", "3"), ("2.21.0", "2")])
def test_generation_comes_from_the_content(tmp_path, version, keras):
    # The extension says nothing: both are called .model, as in the build.
    form = model_format.sniff(_keras_zip(tmp_path / "a.model", version))
    assert form == model_format.Format("keras_zip", keras, version)
    form = model_format.sniff(_hdf5(tmp_path / "b.model", version))
    assert form == model_format.Format("hdf5", keras, version)


def test_unknown_files_are_named(tmp_path):
    def refused(content: bytes, *said: str):
        path = tmp_path / "m.keras"
        path.write_bytes(content)
        with user_error("m.keras", *said):
            model_format.sniff(path)

    refused(LFS_POINTER, "git lfs pull")
    refused(b"", "empty")
    refused(b"\x1c\0\0\0TFL3", "TFLite file already")
    refused(b"hello world", "no known format", ".keras, .h5 or SavedModel")
    with user_error("does not exist"):
        model_format.sniff(tmp_path / "gone.keras")
    with user_error("saved_model.pb"):
        model_format.sniff(tmp_path)


# shows: fault truncated file
@pytest.mark.parametrize("make", [_keras_zip, _hdf5])
def test_truncated_files_are_refused(tmp_path, make):
    path = make(tmp_path / "m.model")
    data = path.read_bytes()
    for length in (len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with user_error("m.model", "truncated or corrupt"):
            model_format.sniff(path)


def test_a_flipped_weight_byte_is_found_by_its_checksum(tmp_path):
    path = _keras_zip(tmp_path / "m.model")
    data = bytearray(path.read_bytes())
    data[data.index(b"\x89HDF") + 2000] ^= 1
    path.write_bytes(data)
    with user_error("m.model", "truncated or corrupt"):
        model_format.sniff(path)


@pytest.mark.parametrize("make", [_keras_zip, _hdf5])
def test_lambda_layers_are_refused_by_name(tmp_path, make):
    with user_error("layer 'evil'", "Lambda", "SavedModel"):
        model_format.sniff(make(tmp_path / "m.model", config=LAMBDA))


def test_weights_only_and_future_versions(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["weights"] = [1.0]
    with user_error("weights only", "model.save"):
        model_format.sniff(tmp_path / "w.h5")
    with user_error("Keras '4.0'"):
        model_format.sniff(_keras_zip(tmp_path / "f.keras", "4.0"))
    with zipfile.ZipFile(tmp_path / "z.keras", "w") as archive:
        archive.writestr("readme", "")
    with user_error("zip archive, but not of Keras"):
        model_format.sniff(tmp_path / "z.keras")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../evil", "a path out of the archive's folder"),
        ("/etc/evil", "a path out of the archive's folder"),
        ("a/../../evil", "a path out of the archive's folder"),
        ("a\\..\\evil", "a backslash in its name"),
    ],
)
def test_archive_members_cannot_leave_the_folder(tmp_path, name, fault):
    with user_error("unsafe archive member", f"{fault}; export"):
        model_format.sniff(_keras_zip(tmp_path / "m.keras", **{name: b""}))


def test_archive_members_are_no_links(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        link = zipfile.ZipInfo("config.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with user_error("unsafe archive member 'config.json', a link; export the model again"):
        model_format.sniff(tmp_path / "m.keras")


def test_archives_that_unpack_too_large_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(model_format, "MAX_UNPACKED_BYTES", 1000)
    with user_error("unpacks to", "1000"):
        model_format.sniff(_keras_zip(tmp_path / "m.keras"))


def test_directory_zip_depends_on_names_and_contents_only(tmp_path):
    for folder, order in (("a", ["x", "y"]), ("b", ["y", "x"])):
        root = tmp_path / folder
        (root / "variables").mkdir(parents=True)
        for name in order:
            (root / "variables" / name).write_bytes(name.encode())
        (root / "saved_model.pb").write_bytes(b"graph")
        (root / "fingerprint.pb").write_bytes(folder.encode())
    model_format.zip_directory(tmp_path / "a", tmp_path / "m.zip")
    model_format.zip_directory(tmp_path / "b", tmp_path / "n.zip")
    assert (tmp_path / "m.zip").read_bytes() == (tmp_path / "n.zip").read_bytes()
    assert model_format.sniff(tmp_path / "m.zip").container == "saved_model_zip"
    (tmp_path / "out").mkdir()
    model_format.unzip(tmp_path / "m.zip", tmp_path / "out")
    assert (tmp_path / "out/variables/x").read_bytes() == b"x"


def test_a_config_that_unpacks_too_large_is_not_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(model_format, "MAX_CONFIG_BYTES", 40)
    with user_error("config.json unpacks to 49 bytes, at most 40"):
        model_format.sniff(_keras_zip(tmp_path / "m.keras", config={"a": "b" * 40}))
    with user_error("its config has 49 bytes, at most 40"):
        model_format.sniff(_hdf5(tmp_path / "m.h5", config={"a": "b" * 40}))


def test_a_bomb_is_refused_by_what_it_claims(tmp_path, monkeypatch):
    monkeypatch.setattr(model_format, "_SMALL_BYTES", 0)
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(1 << 20))
    with user_error(f"unpacks to 1048576 bytes; at most {100 * path.stat().st_size}"):
        model_format.sniff(path)


def test_unpacking_a_damaged_archive_is_one_line(tmp_path):
    path = _keras_zip(tmp_path / "m.zip", **{"saved_model.pb": b"graph" * 100})
    data = bytearray(path.read_bytes())
    data[data.index(b"graphgraph") + 7] ^= 1
    path.write_bytes(data)
    assert model_format.sniff(path).container == "saved_model_zip"
    with user_error("m.zip is truncated or corrupt"):
        model_format.unzip(path, tmp_path)


def test_a_member_without_a_name_is_refused(tmp_path):
    path = _keras_zip(tmp_path / "m.keras")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"")
    with user_error("unsafe archive member '', no name"):
        model_format.sniff(path)
