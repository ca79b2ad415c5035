"""What goes into a runner file, and what is refused."""

import dataclasses
import hashlib
import json
import os
import subprocess
import zipfile

import pytest
from model_press.formats import camera_input, manifest
from testing import manifests, programs

from rpi.private import pack_runner

_LABELS = b"".join(b"class %d\n" % n for n in range(20))


@pytest.fixture
def parts(tmp_path):
    """Arguments of a small runner."""
    (tmp_path / "site/numpy/tests").mkdir(parents=True)
    (tmp_path / "site/numpy/__init__.py").write_text("value = 1\n")
    (tmp_path / "site/numpy/tests/test_x.py").touch()
    (tmp_path / "app.py").write_text("print('app')\n")
    (tmp_path / "main.py").write_text("import sys\nprint('started', sys.argv[1:])\n")
    (tmp_path / "notice.txt").write_text("MIT\n")
    (tmp_path / "m.tflite").write_bytes(b"model")
    (tmp_path / "labels.txt").write_bytes(_LABELS)
    sha256 = hashlib.sha256(b"model").hexdigest()
    variant_manifest = manifests.manifest_of(
        model=manifest.ModelFile("m.tflite", sha256, 5),
        labels=manifest.Labels("labels.txt", 20, hashlib.sha256(_LABELS).hexdigest()),
    )
    manifest.write(tmp_path / "m.json", variant_manifest)
    return [
        "--label=//x:runner",
        "--name=runner",
        f"--bootstrap={tmp_path}/main.py",
        f"--notice={tmp_path}/notice.txt",
        f"--app=pkg/app.py={tmp_path}/app.py",
        f"--site=cp311-aarch64={tmp_path}/site",
        f"--variant=digits={tmp_path}/m.tflite,{tmp_path}/m.json,{tmp_path}/labels.txt",
    ]


def _pack(*words):
    return programs.call(words, pack_runner.COMMAND)


def test_contents(parts, tmp_path):
    out = tmp_path / "runner"
    assert _pack(*parts, f"--out={out}") == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == [
            "__main__.py",
            "runner.json",
            "NOTICE.txt",
            "models/index.json",
            "app/pkg/app.py",
            "models/digits/labels.txt",
            "models/digits/manifest.json",
            "models/digits/model.tflite",
            "site/cp311-aarch64/numpy/__init__.py",
        ]
        assert archive.getinfo("models/digits/model.tflite").compress_type == zipfile.ZIP_STORED
        index = json.loads(archive.read("models/index.json"))
        code = {"app/pkg/app.py", "site/cp311-aarch64/numpy/__init__.py"}
        assert json.loads(archive.read("runner.json"))["sha256"] == {
            name: hashlib.sha256(archive.read(name)).hexdigest() for name in code
        }
    assert index["default"] == "digits" and index["variants"] == [
        {
            "name": "digits",
            "model": "digits/model.tflite",
            "manifest": "digits/manifest.json",
            "labels": "digits/labels.txt",
        }
    ]
    assert os.access(out, os.X_OK)
    done = subprocess.run([out, "x"], capture_output=True, text=True)
    assert done.stdout == "started ['x']\n"


def test_a_variant_with_camera_input_is_packed(parts, tmp_path):
    frame = camera_input.CameraFrame(30, 40, "RGBA", "crop", "bilinear_antialias")
    plain = manifest.read_tflite(tmp_path / "m.json")
    camera = dataclasses.replace(
        plain,
        input=manifest.Tensor("frame", (1, *frame.shape), "uint8", 1.0, 0),
        output=manifest.Output("scores", (1, 3), "float32", 0.0, 0, "indices"),
        camera_input=camera_input.camera_input_of(frame, (8, 8)),
        postprocess=camera_input.Postprocess(("topk",), 3),
    )
    manifest.write(tmp_path / "m.json", camera)
    out = tmp_path / "runner"
    assert _pack(*parts, f"--out={out}") == 0
    with zipfile.ZipFile(out) as archive:
        packed = json.loads(archive.read("models/digits/manifest.json"))
    assert packed["camera_input"]["color_order"] == "RGBA"


def test_two_variants_of_one_name_are_refused(parts, tmp_path, capsys):
    assert _pack(*parts, parts[-1], f"--out={tmp_path}/runner") == 1
    assert "variants has the name digits twice" in capsys.readouterr().err


def test_same_inputs_same_bytes_and_key(parts, tmp_path):
    first, second, third = (tmp_path / name for name in "abc")
    _pack(*parts, f"--out={first}")
    os.utime(tmp_path / "app.py", (1, 1))
    _pack(*parts, f"--out={second}")
    assert first.read_bytes() == second.read_bytes()
    (tmp_path / "app.py").write_text("print('other')\n")
    _pack(*parts, f"--out={third}")

    def key(path):
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("runner.json"))["key"]

    assert key(first) != key(third)


@pytest.mark.parametrize("file", ["m.tflite", "labels.txt"])
def test_files_that_do_not_belong_together(parts, tmp_path, capsys, file):
    (tmp_path / file).write_bytes(b"another\n")
    assert _pack(*parts, f"--out={tmp_path}/runner") == 1
    error = capsys.readouterr().err
    assert error.startswith("ERROR //x:runner: ") and error.count("\n") == 1
    assert "is not the file that the manifest of digits_int8 names" in error
    assert not (tmp_path / "runner").exists()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("ai_edge_litert/interpreter.py", True),
        ("ai_edge_litert/libLiteRtWebGpuAccelerator.so", False),
        ("numpy/linalg/__init__.py", True),
        ("numpy/linalg/tests/test_x.py", False),
        ("numpy/_core/include/numpy/x.h", False),
        ("werkzeug-3.1.9.dist-info/licenses/LICENSE.txt", True),
        ("numpy-2.4.6.dist-info/licenses/numpy/_core/include/numpy/libdivide/LICENSE.txt", True),
    ],
)
def test_pruned(path, kept):
    assert pack_runner.keeps(path) == kept
