"""The operator table in the repository is what the shipped library itself answers."""

import json
import os
import pathlib
import subprocess


# shows: pain D25
def test_the_recorded_table_equals_a_fresh_probe(tmp_path):
    fresh = tmp_path / "table.json"
    environment = {
        key: value for key, value in os.environ.items() if key != "BUILD_WORKING_DIRECTORY"
    }
    subprocess.run(
        [pathlib.Path(os.environ["OP_TABLE"]).absolute(), fresh], check=True, env=environment
    )
    recorded = pathlib.Path(os.environ["RECORDED"])
    assert recorded.read_text() == fresh.read_text()


def test_the_table_knows_the_version_that_newer_converters_exceed():
    table = json.loads(pathlib.Path(os.environ["RECORDED"]).read_text())
    # TensorFlow 2.21 writes version 12 for per-channel dense layers; this runtime has no such kernel.
    assert table["ops"]["FULLY_CONNECTED"]["max_version"] == 11
    assert table["flex"] is False
