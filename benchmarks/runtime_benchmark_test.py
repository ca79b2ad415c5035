"""The benchmark's verdicts, and what it says when it cannot compare."""

import dataclasses

import pytest
from model_press.formats.errors import UserError
from model_press.measure import machine

from benchmarks import runtime_benchmark


@pytest.mark.parametrize(
    ("ours", "agrees"), [(10.9, True), (9.1, True), (11.1, False), (8.9, False)]
)
def test_verdict(ours, agrees):
    found = runtime_benchmark.Comparison("x", ours, 10.0, "ms", 0.10)
    assert found.agrees is agrees
    assert ("DIFFERS" in found.line()) is not agrees


def test_turns_alternate_and_medians_are_taken():
    log = []

    def run(name, values):
        def call():
            log.append(name)
            return values.pop(0)

        return call

    found = runtime_benchmark.alternate(run("a", [1.0, 50.0, 2.0]), run("b", [3.0, 4.0, 5.0]), 3)
    assert found == (2.0, 4.0)
    assert log == ["a", "b", "b", "a", "a", "b"]


def test_the_machine_is_named(monkeypatch, capsys):
    here = dataclasses.replace(machine.this_machine(), cpu_model="A CPU", cpu_class="x", cores=1)
    monkeypatch.setattr(machine, "this_machine", lambda: here)
    assert runtime_benchmark.main(["--model=nowhere.tflite"]) == 1
    assert capsys.readouterr().out == "A CPU (x, 1 core)\n"


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(UserError, match="time is missing; install the package `time`"):
        runtime_benchmark.compare_memory("m.tflite", str(tmp_path / "time"))


def test_a_benchmark_that_fails_is_told(tmp_path):
    with pytest.raises(UserError, match=r"litert-benchmark failed on no\.tflite"):
        runtime_benchmark.litert_benchmark(str(tmp_path / "no.tflite"), 1, 1)
