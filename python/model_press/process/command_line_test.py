"""cli: parameter files, exit codes, one error line with the label, no TensorFlow for light work."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from testing.manifests import manifest_of

from model_press.formats import files, manifest
from model_press.images import npy
from model_press.process import command_line

# Two different pictures: from black to white, left to right and back.
_RAMPS = np.stack(
    [
        np.broadcast_to(row[None, :, None], (4, 4, 3))
        for row in np.uint8([[0, 85, 170, 255], [255, 170, 85, 0]])
    ]
)


def _run(*argv: str) -> tuple[int, list[str]]:
    lines: list[str] = []
    return command_line.run(argv, lines.append), lines


def _image_set_arguments(tmp_path, pixels: np.ndarray) -> list[str]:
    np.save(tmp_path / "g.npy", pixels)
    return [
        "image-set",
        "--label=//models/x:set",
        f"--images={tmp_path / 'g.npy'}",
        f"--out-images={tmp_path / 'o.images.npy'}",
        f"--out-classes={tmp_path / 'o.classes.npy'}",
    ]


def test_parameter_file_has_one_argument_a_line(tmp_path):
    arguments = _image_set_arguments(tmp_path, _RAMPS)
    parameters = tmp_path / "with space.params"
    parameters.write_text("\n".join(arguments) + "\n")
    assert _run(f"@{parameters}") == (0, [])
    assert np.load(tmp_path / "o.classes.npy").tolist() == [-1, -1]


def test_suspicious_images_are_written_with_a_warning_each(tmp_path):
    code, lines = _run(*_image_set_arguments(tmp_path, np.zeros((2, 4, 4, 3), np.uint8)))
    assert code == 0 and (tmp_path / "o.images.npy").exists()
    assert [line.split(": ")[0] for line in lines] == ["WARNING //models/x:set"] * 2
    assert "all the same image" in lines[0] and "between 0 and 0" in lines[1]


@pytest.mark.parametrize("label", ["//models/x:set", "@//models/x:set", "@@//models/x:set"])
def test_user_error_is_one_line_with_the_label(tmp_path, label):
    arguments = _image_set_arguments(tmp_path, np.zeros((0, 4, 4, 3), np.uint8))
    arguments[1:2] = ["--label", label]
    code, lines = _run(*arguments)
    assert code == 1
    assert len(lines) == 1 and "\n" not in lines[0]
    assert lines[0].startswith("ERROR //models/x:set: images ") and "empty" in lines[0]
    assert not (tmp_path / "o.images.npy").exists()


@pytest.mark.parametrize(
    "argv, said",
    [
        (["no-such"], "no-such"),
        (["predict", "--label", "//a:b"], "--model"),
        (["image-set", "--label", "//a:b", "--bogus"], "--out-images"),
        ([], "SUBCOMMAND"),
        (["@/no/such/file"], "/no/such/file"),
    ],
)
def test_wrong_arguments_are_one_line(argv, said):
    code, lines = _run(*argv)
    assert code == 1 and len(lines) == 1
    assert lines[0].startswith("ERROR ") and said in lines[0]


def test_an_internal_error_hints_at_the_traceback(monkeypatch):
    def broken():
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(command_line, "_parser", broken)
    monkeypatch.delenv(command_line.VERBOSE_VARIABLE, raising=False)
    code, lines = _run("predict", "--label", "//a:b")
    assert code == 1
    assert lines == [
        "ERROR //a:b: internal error RuntimeError: two lines (set MODEL_PRESS_VERBOSE=1, with Bazel "
        "--action_env=MODEL_PRESS_VERBOSE=1, for the traceback)"
    ]
    monkeypatch.setenv(command_line.VERBOSE_VARIABLE, "1")
    _, lines = _run("predict", "--label", "//a:b")
    assert "Traceback" in lines[1]


def test_no_disk_space_is_one_line(monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device", "o.npy")

    monkeypatch.setattr(npy, "write_npy", full)
    code, lines = _run(*_image_set_arguments(tmp_path, np.zeros((2, 4, 4, 3), np.uint8)))
    assert (code, lines) == (1, ["ERROR //models/x:set: No space left on device: o.npy"])


def test_light_subcommands_import_no_tensorflow():
    modules = [
        "image_set",
        "predict",
        "checks.accuracy",
        "checks.parity",
        "checks.runtime",
        "worker",
    ]
    code = (
        "import sys\n"
        + "".join(f"import model_press.{module}\n" for module in modules)
        + "print(sorted({'tensorflow', 'keras', 'tf_keras', 'h5py'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []


def test_labels_reach_a_manifest_that_has_none(tmp_path):
    count = manifest_of().labels.count
    unlabelled, labelled = tmp_path / "a.json", tmp_path / "b.json"
    manifest.write(
        unlabelled, dataclasses.replace(manifest_of(), labels=manifest.Labels("", count, ""))
    )
    names = tmp_path / "net.labels.txt"
    names.write_text("".join(f"class {number}\n" for number in range(count)))
    arguments = (f"--manifest={unlabelled}", f"--labels={names}", f"--out-manifest={labelled}")
    assert _run("label-manifest", *arguments) == (0, [])
    assert manifest.read(labelled).labels.sha256 == files.sha256(names)
