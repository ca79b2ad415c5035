"""inspect --memory: a page of at most 100 columns, JSON with the same, and one line for what cannot be planned."""

import json

import numpy as np
import pytest
from testing import memory_graphs, programs, tflite_bytes

from model_press.inspect import inspect_program
from model_press.memory import report

SHAPE = (1, 16, 16, 4)
ONE = 16 * 16 * 4 * 4


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(memory_graphs.chain(SHAPE, 20, skip=True))
    return str(path)


@pytest.fixture
def page(net, capsys):
    """Run `inspect --memory` on the net and return its standard output."""

    def run(*options):
        assert programs.call(["--memory", *options, net], inspect_program.COMMAND) == 0
        return capsys.readouterr().out

    return run


def test_the_page_names_what_fills_memory(page):
    text = page()
    assert max(map(len, text.splitlines())) <= 100
    for part in ("At the peak: operator 2 of 21", "pool0", "What would lower it", "recipe int8"):
        assert part in text
    assert text.count("MAX_POOL_2D") < 21  # the fullest only


def test_layers_shows_every_operator(page):
    assert sum("#" in line for line in page("--layers").splitlines()) == 21


def test_the_page_says_which_batch_fits(page):
    lines = page("--budget-mb=0.1").splitlines()
    assert max(map(len, lines)) <= 100
    [line] = [line for line in lines if "fits the budget" in line]
    assert line.split()[:2] == ["batch", str(int(0.1e6 // (4 * ONE)))]


def test_json_has_it_all(page):
    found = json.loads(page("--json", "--batch=3", "--budget-mb=0.1"))
    assert found["batch"] == 3 and found["arena_bytes"] == 3 * 4 * ONE
    assert len(found["steps"]) == 21
    assert found["largest_batch"] == int(0.1e6 // (4 * ONE))
    assert found["live"][0]["bytes"] == 3 * ONE
    assert found["live"][0]["shape"] == [3, *SHAPE[1:]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--memory", "--budget-mb=0.001"], "one image needs"),
        (["--memory", "--budget-mb=0"], "--budget-mb 0 must be above 0"),
        (["--memory", "--budget-mb=nan"], "--budget-mb nan must be above 0"),
        (["--memory", "--budget-mb=inf"], "--budget-mb inf must be above 0"),
        (["--memory", "--batch=0"], "--batch 0 must be 1 or more"),
        (["--batch=2"], "--batch goes with --memory"),
        (["--budget-mb=0"], "--budget-mb goes with --memory"),
    ],
)
def test_mistakes_get_one_line(net, capsys, arguments, message):
    assert programs.call([*arguments, net], inspect_program.COMMAND) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and message in said.err


def test_a_file_that_is_no_model_gets_one_line(tmp_path, capsys):
    path = tmp_path / "x.tflite"
    path.write_bytes(b"PK\x03\x04" + bytes(20))
    assert programs.call(["--memory", str(path)], inspect_program.COMMAND) == 1
    assert "zip archive" in capsys.readouterr().err


def test_an_input_without_pixels_gets_no_advice_about_them(tmp_path):
    def flatten(model):
        graph = model.subgraphs[0]
        graph.tensors[graph.inputs[0]].shape = np.array([1, 0, 16, 4])

    data = tflite_bytes.changed(memory_graphs.chain(SHAPE, 2), flatten)
    (tmp_path / "m.tflite").write_bytes(data)
    assert not [a for a in report.account(tmp_path / "m.tflite").advice if "instead of" in a.what]


def test_a_batch_is_planned_as_a_whole(net):
    one, three = report.account(net), report.account(net, batch=3)
    assert three.arena_bytes == 3 * one.arena_bytes
    assert three.advice == ()


def test_a_model_of_a_larger_batch_is_planned_by_that_or_by_the_one_asked_for(tmp_path, capsys):
    path = tmp_path / "four.tflite"
    path.write_bytes(memory_graphs.chain((4, *SHAPE[1:]), 20, skip=True))
    own, one = report.account(path), report.account(path, batch=1)
    assert (own.batch, one.batch) == (4, 1)
    assert (own.live[0].shape, one.live[0].shape) == ((4, *SHAPE[1:]), SHAPE)
    assert own.arena_bytes == 4 * one.arena_bytes
    assert programs.call(["--memory", str(path)], inspect_program.COMMAND) == 0
    text = capsys.readouterr().out
    assert "planned memory of one run of 4 images" in text and "split the batch of 4" in text
