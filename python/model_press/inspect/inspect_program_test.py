"""The program: a page, JSON, or one line and exit 1."""

import json
import os
import stat

import pytest
from testing import programs
from testing.tflite_bytes import Op, chain

from model_press.inspect import facts, inspect_program

BROKEN, SMALL = "python/testing/broken.tflite", "python/testing/small.tflite"
TABLES = [f"--runtime={os.environ[name]}" for name in ("TENSORFLOW_LITE_TABLE", "LITERT_TABLE")]


def _json(capsys, *arguments) -> dict:
    assert programs.call([*TABLES, "--json", *map(str, arguments)], inspect_program.COMMAND) == 0
    return json.loads(capsys.readouterr().out)


def test_a_broken_graph_is_explained_with_its_cost_and_its_cure(capsys):
    found = _json(capsys, BROKEN, "--seconds=0.4")
    assert found["schema_version"] == facts.SCHEMA_VERSION
    running = found["running"]
    assert running["partitions"] == 2 and running["failure"] == ""
    relu = next(op for op in running["undelegated"] if op["op"] == "RELU")
    assert relu["alone_ms"] > 0 and 0 < relu["share"] <= 1
    assert "ADD reads its input too" in relu["why"]
    cure = next(f for f in found["findings"] if "1 RELU" in f["what"])
    assert relu["layer"] in cure["what"] and '"relu"' in cure["do"]


def test_a_whole_graph_has_no_such_finding(capsys):
    found = _json(capsys, SMALL, "--seconds=0.4")
    assert found["running"]["partitions"] == 1
    assert found["quantization"]["kind"] == "full integer: int8 activations, int8 weights"
    assert not [f for f in found["findings"] if f["severity"] in ("error", "slow")]
    assert [loader["loads"] for loader in found["loaders"]] == [True, True]
    image = found["inputs"][0]
    assert (image["dtype"], image["shape"], image["scale"] > 0) == ("uint8", [-1, 48, 48, 3], True)


def test_the_page_is_aligned_and_fits_the_width(capsys):
    assert programs.call([*TABLES, BROKEN, "--seconds=0.2"], inspect_program.COMMAND) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 100
    for part in ("Inputs and outputs", "Operators (", "Weights (", "2 partitions", "Findings ("):
        assert part in text
    counts = [line for line in text.splitlines() if line.endswith((" version 3", " version 2"))]
    assert len({line.rindex("version") for line in counts}) == 1


# shows: fault FULLY_CONNECTED version 12
@pytest.mark.parametrize(
    "op, in_first, in_second, said",
    [
        (Op("FULLY_CONNECTED", 12), False, True, "per_channel_dense"),
        (Op("GELU", 30), False, False, "ship a newer runtime"),
        (Op("CUSTOM", 1, "FlexSvd"), False, False, "Select TF"),
        (Op("CUSTOM", 1, "MyOp"), False, False, "register their kernels"),
    ],
)
def test_who_can_load_it(tmp_path, capsys, op, in_first, in_second, said):
    path = tmp_path / "m.tflite"
    path.write_bytes(chain(op))
    found = _json(capsys, path, "--no-run")
    assert [loader["loads"] for loader in found["loaders"]] == [in_first, in_second]
    errors = [f for f in found["findings"] if f["severity"] == "error"]
    assert errors and any(said in f["do"] + f["why"] for f in errors)
    assert any((op.custom_code or op.builtin) in f["what"] for f in errors)
    assert found["running"] is None


def test_a_model_that_the_runtime_refuses_is_still_read(tmp_path, capsys):
    path = tmp_path / "m.tflite"
    path.write_bytes(chain(Op("RELU"), Op("CUSTOM", 1, "MyOp")))
    found = _json(capsys, path, "--seconds=0")
    assert "MyOp" in found["running"]["failure"] and found["running"]["partitions"] == 0
    assert [op["name"] for op in found["operators"]] == ["MyOp", "RELU"]
    assert programs.call([str(path), "--seconds=0"], inspect_program.COMMAND) == 0
    assert "does not run: " in capsys.readouterr().out


def test_mistakes_are_one_line_and_exit_1(tmp_path, capsys, monkeypatch):
    path = tmp_path / "m.keras"
    path.write_bytes(b"PK\x03\x04 zip")
    assert programs.call([str(path)], inspect_program.COMMAND) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("ERROR model ") and said.err.count("\n") == 1
    table = ["--no-run", "--runtime=own.json"]
    # Relative to where the user is, not to the runfiles.
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    assert programs.call(["m.keras"], inspect_program.COMMAND) == 1
    assert "a .keras model" in capsys.readouterr().err
    assert programs.call([os.path.abspath(SMALL), *table], inspect_program.COMMAND) == 1
    assert "own.json does not exist" in capsys.readouterr().err
    ops = {"CONV_2D": {"max_version": 1}}
    (tmp_path / "own.json").write_text(json.dumps({"runtime": "own", "version": "1", "ops": ops}))
    assert programs.call([os.path.abspath(SMALL), *table], inspect_program.COMMAND) == 0
    assert "own 1: CONV_2D version 3, it has up to 1" in capsys.readouterr().out


def test_explore_starts_model_explorer_or_says_how_to_get_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.call([SMALL, "--explore"], inspect_program.COMMAND) == 1
    assert "pip install ai-edge-model-explorer" in capsys.readouterr().err
    program = tmp_path / "model-explorer"
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert programs.call([SMALL, "--explore"], inspect_program.COMMAND) == 0
    assert (tmp_path / "opened").read_text().strip() == SMALL
