"""Runtime tables: what is read, and what is refused."""

import json

import pytest

from model_press.formats import runtime_table
from model_press.formats.errors import UserError


def _written(tmp_path, value):
    path = tmp_path / "runtime.json"
    path.write_text(json.dumps(value))
    return path


def test_reads_names_and_versions(tmp_path):
    table = {"runtime": "litert", "version": "2.3.0", "ops": {"ADD": {"max_version": 5}}, "x": 1}
    assert runtime_table.read(_written(tmp_path, table)) == runtime_table.RuntimeTable(
        "litert 2.3.0", {"ADD": 5}
    )


@pytest.mark.parametrize(
    "broken",
    [
        {},
        [],
        {"runtime": "litert", "version": "2.3.0"},
        {"runtime": "litert", "version": "2.3.0", "ops": {"ADD": 3}},
        {"runtime": "litert", "version": "2.3.0", "ops": {"ADD": {}}},
        {"runtime": "litert", "version": "2.3.0", "ops": {"ADD": {"max_version": "new"}}},
    ],
)
def test_damaged_table_is_refused(tmp_path, broken):
    with pytest.raises(UserError, match="expected runtime, version and ops with max_version"):
        runtime_table.read(_written(tmp_path, broken))
