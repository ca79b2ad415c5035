"""The count of re-run actions on a stand-in for Bazel, which runs what the files it reads ask for."""

import json
import pathlib
import subprocess

import pytest

from benchmarks.builds import edits

# Runs an action when the bytes of its inputs are new; the build event file holds upkeep, too.
_BAZEL = """#!/usr/bin/env python3
import json, pathlib, sys
arguments = sys.argv[1:]
if arguments[0] == "info":
    print({{"output_base": "/nowhere", "release": "release 1.2.3"}}[arguments[1]])
    sys.exit()
if arguments[0] == "clean":
    pathlib.Path({cleaned!r}).touch()
    sys.exit()
inputs = {inputs!r}
memory = pathlib.Path("memory.json")
seen = json.loads(memory.read_text()) if memory.exists() else {{}}
lines = [{{"action": {{"type": "SymlinkTree"}}}}]
for mnemonic, paths in inputs.items():
    key = [pathlib.Path(path).read_text() for path in paths]
    if seen.get(mnemonic) != key:
        seen[mnemonic] = key
        lines += [{{"action": {{"type": mnemonic}}}}] * 3
memory.write_text(json.dumps(seen))
events = next(a.partition("=")[2] for a in arguments if a.startswith("--build_event_json_file="))
pathlib.Path(events).write_text("\\n".join(json.dumps(line) for line in lines))
"""
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
    bazel = workspace.parent / "bazel"
    cleaned = str(workspace.parent / "cleaned")
    bazel.write_text(_BAZEL.format(inputs=inputs, cleaned=cleaned))
    bazel.chmod(0o755)
    return edits.main([f"--bazel={bazel}", "--records=out"])


def test_only_the_expected_actions_run(workspace, capsys):
    inputs = {"TfliteConvert": [_REWRITE], "LabelManifest": [_LABELS], "KerasImport": []}
    assert _run(workspace, inputs) == 0
    [run] = json.loads((workspace / "out" / "edits.json").read_text())["runs"]
    assert run["ran"] == {
        "a gate": {},
        "the report": {},
        "a rewrite": {"TfliteConvert": 3},
        "a class name": {"LabelManifest": 3},
    }
    assert "3 TfliteConvert" in capsys.readouterr().out


def test_the_workspace_stays_and_the_clone_is_cleaned(workspace):
    _run(workspace, {"TfliteConvert": [_REWRITE], "LabelManifest": [_LABELS]})
    for edit in edits.EDITS:
        assert (workspace / edit.path).read_text() == "zero\none\n"
    assert (workspace.parent / "cleaned").exists()


def test_a_conversion_that_reads_a_gate_is_red(workspace, capsys):
    inputs = {"TfliteConvert": [_GATE, _REWRITE], "LabelManifest": [_LABELS]}
    assert _run(workspace, inputs) == 1
    said = capsys.readouterr().out
    assert f"ERROR a gate ({_GATE}): 3 TfliteConvert ran, expected no action" in said


def test_a_conversion_that_reads_labels_is_red(workspace, capsys):
    inputs = {"TfliteConvert": [_REWRITE, _LABELS], "LabelManifest": [_LABELS]}
    assert _run(workspace, inputs) == 1
    assert "3 LabelManifest, 3 TfliteConvert ran, expected LabelManifest" in capsys.readouterr().out


def test_an_edit_without_effect_is_red(workspace, capsys):
    assert _run(workspace, {"LabelManifest": [_LABELS]}) == 1
    assert f"a rewrite ({_REWRITE}): 0 ran, expected TfliteConvert" in capsys.readouterr().out
