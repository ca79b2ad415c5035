"""The count of re-run actions on a stand-in for Bazel, which runs what the files it reads ask for."""

import json
import pathlib
import subprocess

import pytest

from benchmarks.builds import edits, stand_in_bazel

_GATE, _REPORT, _REWRITE, _LABELS = (edit.path for edit in edits.EDITS)


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> pathlib.Path:
    folder = tmp_path / "workspace"
    for edit in edits.EDITS:
        (folder / edit.path).parent.mkdir(parents=True)
        (folder / edit.path).write_text("zero\none\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(folder))
    return folder


def _run(workspace: pathlib.Path, inputs: dict[str, list[str]]) -> int:
    bazel = stand_in_bazel.write(
        workspace.parent, {name: [paths] for name, paths in inputs.items()}
    )
    return edits.main([f"--bazel={bazel}", "--records=out"])


def test_only_the_expected_actions_run(workspace, capsys):
    inputs = {"TfliteConvert": [_REWRITE], "LabelManifest": [_LABELS], "KerasImport": []}
    assert _run(workspace, inputs) == 0
    [run] = json.loads((workspace / "out" / "edits.json").read_text())["runs"]
    assert run["ran"] == {
        "a gate": {},
        "the report": {},
        "a rewrite": {"TfliteConvert": 1},
        "a class name": {"LabelManifest": 1},
    }
    assert "1 TfliteConvert" in capsys.readouterr().out


def test_the_workspace_stays_and_the_clone_is_cleaned(workspace):
    _run(workspace, {"TfliteConvert": [_REWRITE], "LabelManifest": [_LABELS]})
    for edit in edits.EDITS:
        assert (workspace / edit.path).read_text() == "zero\none\n"
    assert (workspace.parent / "cleaned").exists()


def test_a_conversion_that_reads_a_gate_is_red(workspace, capsys):
    inputs = {"TfliteConvert": [_GATE, _REWRITE], "LabelManifest": [_LABELS]}
    assert _run(workspace, inputs) == 1
    said = capsys.readouterr().out
    assert f"ERROR a gate ({_GATE}): 1 TfliteConvert ran, expected no action" in said


def test_a_conversion_that_reads_labels_is_red(workspace, capsys):
    inputs = {"TfliteConvert": [_REWRITE, _LABELS], "LabelManifest": [_LABELS]}
    assert _run(workspace, inputs) == 1
    assert "1 LabelManifest, 1 TfliteConvert ran, expected LabelManifest" in capsys.readouterr().out


def test_an_edit_without_effect_is_red(workspace, capsys):
    assert _run(workspace, {"LabelManifest": [_LABELS]}) == 1
    assert f"a rewrite ({_REWRITE}): 0 ran, expected TfliteConvert" in capsys.readouterr().out
