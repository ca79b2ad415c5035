"""Times of operators: of every one, adding up to the whole, and one line for what cannot be cut."""

import json

import pytest
from testing import programs
from testing.raises import user_error
from testing.tflite_bytes import Op, chain

from model_press.inspect import inspect_program
from model_press.inspect.timing import operator_times
from model_press.tflite import reader

SMALL = "python/testing/small.tflite"


def test_the_operators_times_add_up_to_the_whole():
    found = operator_times.measure(SMALL, 2.0)
    operators = reader.read(SMALL).operators
    assert [o.op for o in found.operators] == [o.name for o in operators]
    assert found.whole_ms > 0 and found.partitions == 1
    # Least times on a busy machine; a sum that misses half of the whole, or doubles it, is a fault of the method.
    assert 0.5 < sum(o.ms for o in found.operators) / found.whole_ms < 2
    # The first convolution of a net has the largest picture.
    assert max(found.operators, key=lambda o: o.ms).output_shape[1] > 1


def test_the_page_names_kinds_and_layers(capsys):
    assert programs.call(["--time", SMALL, "--seconds=0.5"], inspect_program.COMMAND) == 0
    text = capsys.readouterr().out
    assert "Kinds of operators" in text and "Slowest operators" in text
    assert "CONV_2D" in text and "1 partition" in text
    assert max(map(len, text.splitlines())) <= 100


def test_json_has_a_version(capsys):
    assert programs.call(["--time", "--json", SMALL, "--seconds=0.2"], inspect_program.COMMAND) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == operator_times.SCHEMA_VERSION
    assert {"op", "layer", "output_shape", "ms"} == set(found["operators"][0])


@pytest.mark.parametrize(
    "ops, said",
    [
        ([Op("NEG"), Op("CALL_ONCE")], ["CALL_ONCE", "inspect without --time"]),
        ([], ["m.tflite has no operators, so there is nothing to time"]),
        ([Op("NEG"), Op("CUSTOM", 1, "MyOp")], ["does not run here"]),
    ],
)
def test_a_model_that_cannot_be_timed_is_one_line(tmp_path, ops, said):
    path = tmp_path / "m.tflite"
    path.write_bytes(chain(*ops))
    with user_error(*said):
        operator_times.measure(path, 1.0)


@pytest.mark.parametrize(
    "options, said",
    [
        (["--no-run"], "--time must run it"),
        (["--seconds=0"], "--seconds must be above 0"),
        (["--threads=2"], "leave --threads 2 out"),
    ],
)
def test_what_does_not_go_together_is_one_line(options, said, capsys):
    assert programs.call(["--time", SMALL, *options], inspect_program.COMMAND) == 1
    assert said in capsys.readouterr().err
