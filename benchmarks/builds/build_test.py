"""The build benchmark on a stand-in for Bazel that runs what the edited files ask for."""

import json
import pathlib

import pytest

from benchmarks.builds import build, records, scratch, stand_in_bazel
from benchmarks.builds.bazel import Build, actions


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> pathlib.Path:
    for name, text in (
        ("models/recipes/int8.json", "{}\n"),
        ("models/digits/labels.txt", "a\nb\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("BUILD_WORKSPACE_DIRECTORY", str(tmp_path))
    return tmp_path


def _run(workspace: pathlib.Path, *options: str, labels: bool = False) -> int:
    more = [f"{scratch.PACKAGE}/labels.txt"] if labels else []
    recipes = [[f"{scratch.PACKAGE}/recipe_{number}.json", *more] for number in range(16)]
    bazel = stand_in_bazel.write(workspace, {"TfliteConvert": recipes})
    return build.main([f"--bazel={bazel}", "--most=16", "--records=out", *options])


def test_runs_are_kept_with_their_history_and_a_plot(workspace, capsys):
    assert _run(workspace) == 0
    assert _run(workspace) == 0
    runs = json.loads((workspace / "out" / "build.json").read_text())["runs"]
    assert len(runs) == 2
    assert runs[1]["conversions"] == {
        "one recipe changed": 1,
        "a class renamed": 0,
        "nothing to do: //...": 0,
    }
    assert list(runs[1]["growth"]) == ["1", "4", "16"]
    assert (workspace / "out" / "growth.png").read_bytes().startswith(b"\x89PNG")
    assert "one recipe changed" in capsys.readouterr().out


def test_a_slow_conversion_of_xception_is_red_and_kept(workspace):
    assert _run(workspace, "--xception") == 1
    [run] = json.loads((workspace / "out" / "build.json").read_text())["runs"]
    assert run["xception"] == {"1": 0.8, "2": 0.7}


def test_the_scratch_package_is_gone_afterwards(workspace):
    _run(workspace)
    assert not (workspace / scratch.PACKAGE).exists()


def test_a_conversion_that_takes_labels_is_red(workspace, capsys):
    assert _run(workspace, labels=True) == 1
    assert "a class renamed: 16 conversions ran, expected 0" in capsys.readouterr().out


def test_a_cost_that_grows_is_red():
    def one(seconds: float) -> Build:
        return Build(seconds, {}, 0)

    assert list(build.faults({}, {1: one(10), 4: one(16), 16: one(60), 64: one(250)})) == []
    [fault] = build.faults({}, {1: one(10), 4: one(16), 16: one(80), 64: one(640)})
    assert fault.startswith("64 variants cost 2.50 times as much each as 4")


def test_actions_are_counted_by_mnemonic():
    lines = [
        '{"id": {}, "action": {"type": "A"}}',
        "",
        '{"id": {"pattern": {}}}',
        '{"id": {}, "action": {"type": "A"}}',
    ]
    assert actions(lines) == {"A": 2}


def test_ratios_are_to_one_conversion():
    growth = {1: Build(4.0, {}, 2_000_000), 4: Build(8.0, {}, 0)}
    run = records.run_of("m", "b", {"x": Build(1.0, {}, 0)}, growth, {"1": 0.8})
    assert run.ratios == {"x": 0.25}
    assert run.growth == {"1": (1.0, 2.0), "4": (0.5, 0.0)}
    assert run.lines()[-1].split()[4:6] == ["1", "0.800"]
