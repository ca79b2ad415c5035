"""metrics.json survives a round trip and refuses what is not in its schema."""

import dataclasses
import json

import pytest
from testing.manifests import manifest_of
from testing.records import record_of

from model_press.formats import manifest, metrics
from model_press.formats.errors import UserError


def _metrics() -> metrics.Metrics:
    record = record_of(
        load_ms=1.5,
        partitions=2,
        undelegated=(metrics.UndelegatedOp("RELU", "block/relu"),),
    )
    machine = metrics.Machine(
        "android", "Tensor G3", "aarch64-i8mm", ("asimd",), 9, 8 << 30, "Android 15"
    )
    return metrics.Metrics(1, machine, (record,))


def test_round_trip(tmp_path):
    path = tmp_path / "metrics.json"
    metrics.write(path, _metrics())
    assert metrics.read(path) == _metrics()


def test_an_operator_may_come_without_its_time(tmp_path):
    """As a phone writes it."""
    path = tmp_path / "metrics.json"
    metrics.write(path, _metrics())
    data = json.loads(path.read_text())
    del data["records"][0]["undelegated"][0]["alone_ms"]
    path.write_text(json.dumps(data))
    assert metrics.read(path) == _metrics()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 2}, "schema_version.*expected one of 1"),
        ({"speed": 1}, "unknown field 'speed'"),
        ({"machine": {}}, "field 'machine.kind' is missing"),
    ],
)
def test_other_schemas_are_refused_by_field(tmp_path, change, message):
    path = tmp_path / "metrics.json"
    metrics.write(path, _metrics())
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(UserError, match=f"metrics metrics.json.*{message}"):
        metrics.read(path)


def test_a_compression_stands_in_front_of_the_recipe():
    variant_manifest = manifest_of()
    assert metrics.recipe_of(variant_manifest) == "int8"
    compression = manifest.Compression("pruned50", "0" * 64, 1, True)
    source = dataclasses.replace(variant_manifest.source, compression=compression)
    assert (
        metrics.recipe_of(dataclasses.replace(variant_manifest, source=source)) == "pruned50_int8"
    )
