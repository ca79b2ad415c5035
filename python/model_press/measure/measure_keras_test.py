"""Measuring variants and the Keras model end to end, on tiny ones."""

import os

import pytest
from testing import imported, keras_models
from testing.manifests import manifest_of, recipe
from testing.raises import user_error

from model_press.formats import files, manifest, metrics
from model_press.measure import measure
from model_press.process import command_line

MODELS = {name: f"python/testing/{name}.tflite" for name in ("small", "broken")}


def _measure(arguments):
    return command_line.run(arguments, command_line.to_stderr, measure.COMMAND)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    """Options of measure for two variants and a Keras model."""
    folder = tmp_path_factory.mktemp("measure")
    found = []
    for name, path in MODELS.items():
        data = manifest.ModelFile("m.tflite", files.sha256(path), os.path.getsize(path))
        manifest_path = folder / f"{name}.json"
        manifest.write(
            manifest_path,
            manifest_of(name=f"net_{name}", model=data, recipe=recipe(name="int8")),
        )
        found += ["--variant", path, "--manifest", str(manifest_path)]
    imported.tiny(folder, "2", *keras_models.photos(4))
    keras = [f"--keras-model={folder / 'tiny.model'}", f"--keras-info={folder / 'tiny.json'}"]
    return [*found, *keras, "--rounds=2"]


def test_everything_is_measured_and_tensorflow_stays_out_of_the_variants(arguments, tmp_path):
    assert _measure([*arguments, f"--out={tmp_path / 'm.json'}"]) == 0
    found = metrics.read(tmp_path / "m.json")
    threads = [1, 2] if found.machine.cores > 1 else [1]
    kinds = {(r.variant, r.delegate, r.threads) for r in found.records}
    assert len(kinds) == len(found.records)
    expected = {(f"net_{name}", "none", 1) for name in ("small", "broken")}
    expected |= {(f"net_{name}", "xnnpack", n) for name in ("small", "broken") for n in threads}
    assert kinds == expected | {("tiny", "none", count) for count in threads}
    for record in found.records:
        if record.recipe == metrics.KERAS:
            assert record.runtime.name == "tf-keras"
            assert record.base_memory_bytes > 200e6  # TensorFlow alone
        else:
            assert record.base_memory_bytes < 80e6, "the probe has more than the runtime in it"
    broken = next(r for r in found.records if r.variant == "net_broken" and r.delegate != "none")
    assert "RELU" in {op.op for op in broken.undelegated}


def test_another_file_than_the_manifests_is_refused(arguments, tmp_path, capsys):
    small_manifest, broken_model = arguments[3], arguments[5]
    swapped = ["--variant", broken_model, "--manifest", small_manifest]
    assert _measure([*swapped, "--label=//x:y", f"--out={tmp_path / 'm.json'}"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("ERROR //x:y: ") and "not the file its manifest names" in error
    assert not (tmp_path / "m.json").exists()


def test_a_file_that_does_not_run_is_named(arguments, tmp_path):
    bad = tmp_path / "bad.tflite"
    bad.write_bytes(b"\0\0\0\0TFL3" + b"\0" * 100)
    bad_manifest = manifest_of(model=manifest.ModelFile("bad.tflite", files.sha256(bad), 108))
    with user_error("bad.tflite (1 thread, delegate xnnpack) in LiteRT does not run"):
        measure.measure([measure.variant(str(bad), bad_manifest)], None, 1)
