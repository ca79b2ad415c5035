"""The program: files given by the user, one line for a mistake, nothing written then."""

import json

import pytest
from testing import programs
from testing.report_facts import INT8, facts_of, metrics_of, record_of

from model_press.formats import metrics, strict_json
from model_press.report import report_program, run_program


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A user's folder with facts.json and metrics.json, in which `bazel run` was said."""
    strict_json.write(tmp_path / "facts.json", facts_of())
    metrics.write(tmp_path / "metrics.json", metrics_of())
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    return tmp_path


def _run(folder, *more: str) -> int:
    # What `bazel run` would measure; none of these tests gets so far.
    fixed = ["--label=//models/net:report", f"--facts={folder / 'facts.json'}"]
    return programs.call([*fixed, "--variant=no", "--manifest=no", *more], run_program.COMMAND)


def test_paths_are_the_users(folder):
    assert _run(folder, "--out=report", "--metrics=metrics.json", "--device=metrics.json") == 0
    report = json.loads((folder / "report" / "report.json").read_text())
    assert report["variants"][1]["latency_ms"] == {"1": 2.5, "2": 1.5}
    assert len(report["devices"]) == 1
    assert sorted(path.suffix for path in (folder / "report").iterdir()) == [
        ".csv",
        ".html",
        ".json",
        ".md",
    ]


def test_a_measurement_of_another_file_writes_nothing(folder, capsys):
    other = metrics_of(record_of(INT8, 1, 2.5, 55_000_000, sha256="d" * 64))
    metrics.write(folder / "old.json", other)
    assert _run(folder, "--out=report", "--metrics=old.json") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("ERROR //models/net:report: ") and "variant net_int8" in line
    assert not list(folder.glob("report/*"))


def test_a_bad_device_is_told_before_anything_is_measured(folder, capsys):
    (folder / "phone.json").write_text('{"schema_version": 1}')
    assert _run(folder, "--out=report", "--device=phone.json") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "metrics phone.json: field 'machine' is missing" in line


def test_out_is_needed(folder, capsys):
    assert _run(folder) == 1
    assert "--out is missing; bazel run //models/net:report -- --out DIR" in capsys.readouterr().err


def test_render_writes_what_the_build_knows(folder):
    arguments = ["render", "--label=//x:y", f"--facts={folder / 'facts.json'}", "--stem=page"]
    arguments.append(f"--out={folder}")
    assert programs.call(arguments, *report_program.COMMANDS, prog="report") == 0
    assert "not measured" in (folder / "page.html").read_text()
    assert json.loads((folder / "page.json").read_text())["machine"] is None
