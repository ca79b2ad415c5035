"""What the documentation says of the demo's models is what the build makes. Apart, since it needs the models."""

import json
import os
import pathlib
import re

import guides
import pytest
import workspace_files
from model_press.inspect import inspect_program
from testing import programs

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
INT8 = os.environ["INT8"]


def test_the_inspect_command_runs(capsys):
    documentation = guides.Documentation(ROOT, workspace_files.list_files(ROOT))
    ran = 0
    for _, command in documentation.commands():
        if "//python:inspect" not in command.words:
            continue
        words = [INT8 if word.endswith(".tflite") else word for word in command.passed_on]
        quick = "--seconds=0.2" if "--time" in words else "--no-run"
        assert programs.call([*words, quick], inspect_program.COMMAND) == 0
        assert "DEPTHWISE_CONV_2D" in capsys.readouterr().out
        ran += 1
    assert ran > 1


def test_the_table_of_variants_is_the_builds():
    report = json.loads(pathlib.Path(os.environ["REPORT"]).read_text("utf-8"))
    made = {entry["name"].removeprefix("digits_"): entry for entry in report["variants"]}
    page = (ROOT / "docs/guides/choose_a_variant.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    assert len(rows) >= 8
    for name, megabytes, zipped, top1 in rows:
        assert float(megabytes) * 1e6 == pytest.approx(made[name]["bytes"], rel=0.02), name
        assert float(zipped) * 1e6 == pytest.approx(made[name]["zipped_bytes"], rel=0.03), name
        # Training rounds differently on another processor.
        assert float(top1) == pytest.approx(100 * made[name]["top1"], abs=1.0), name
