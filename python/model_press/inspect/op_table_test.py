"""The recorded table of LiteRT is what the locked wheel itself answers."""

import json
import os
import pathlib

from model_press.inspect import op_table

RECORDED = pathlib.Path(os.environ["LITERT_TABLE"])


def test_the_recorded_table_equals_a_fresh_probe():
    assert RECORDED.read_bytes() == op_table.dump(op_table.probe())


def test_the_table_is_newer_than_the_android_runtimes():
    newer = json.loads(RECORDED.read_text())["ops"]
    older = json.loads(pathlib.Path(os.environ["TENSORFLOW_LITE_TABLE"]).read_text())["ops"]
    assert set(older) <= set(newer)
    assert newer["FULLY_CONNECTED"]["max_version"] > older["FULLY_CONNECTED"]["max_version"]
