"""The app's metrics.json is the schema's, and its figures are possible."""

import os
import pathlib
import subprocess

import pytest
from model_press.formats import deflate, metrics
from model_press.measure import sanity

_MODEL = pathlib.Path(os.environ["MODEL"])


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("metrics") / "metrics.json"
    manifest = str(_MODEL).replace(".tflite", ".manifest.json")
    environment = {
        key: value for key, value in os.environ.items() if key != "BUILD_WORKING_DIRECTORY"
    }
    subprocess.run(
        [
            pathlib.Path(os.environ["MEASURE"]).absolute(),
            _MODEL,
            manifest,
            os.environ["LABELS"],
            path,
        ],
        check=True,
        env=environment,
    )
    return metrics.read(path)


def test_the_schema_reads_it(found):
    assert found.machine.kind == "android"
    (record,) = found.records
    assert record.runtime == metrics.Runtime("tensorflow-lite", "2.16.1")
    assert record.delegate == "xnnpack"


def test_its_figures_are_possible(found):
    sanity.check(found, ["digits_int8"])


def test_sizes_are_those_of_the_file(found):
    (record,) = found.records
    assert record.bytes == _MODEL.stat().st_size
    # Java and Python use one deflate library at one level, not always of one version.
    assert record.zipped_bytes == pytest.approx(deflate.file_size(_MODEL), rel=0.01)


def test_the_processor_is_classed_as_the_build_host_classes_it(found):
    from model_press.measure.machine import this_machine

    assert found.machine.cpu_class == this_machine().cpu_class
    assert found.machine.isa == this_machine().isa
