"""Custom operators: the file that declares them, and graphs that LiteRT runs by their kernels."""

import gc

import numpy as np
import pytest
from flatbuffers import flexbuffers
from testing.raises import user_error
from testing.tflite_bytes import Op, chain

from model_press.tflite import custom_interpreter, custom_ops
from model_press.tflite.graph import Graph

SHAPE = (1, 8, 8, 3)
IMAGE = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)


def _double(inputs, options):
    return [inputs[0] * np.float32(options.get("factor", 2))]


def _add_one(inputs, options):
    return [inputs[0] + 1.0]


def _with_options(data: bytes, *factors: float) -> bytes:
    graph = Graph(data)
    for operator, factor in zip(graph.named("CUSTOM"), factors, strict=True):
        packed = flexbuffers.Dumps({"factor": factor})
        operator.customOptions = np.frombuffer(packed, np.uint8)
    return graph.dump()


def _run(data: bytes, **kernels) -> np.ndarray:
    return custom_interpreter.interpreter(data, kernels).run(IMAGE)


def test_a_kernel_runs_among_the_runtimes_own():
    data = chain(Op("NEG"), Op("CUSTOM", 1, "AddOne"), Op("ABS"))
    np.testing.assert_array_equal(_run(data, AddOne=_add_one), np.abs(1 - IMAGE))


def test_each_node_has_its_own_options():
    data = _with_options(
        chain(Op("CUSTOM", 1, "Times"), Op("NEG"), Op("CUSTOM", 3, "Times")), 4.0, 0.5
    )
    np.testing.assert_array_equal(_run(data, Times=_double), -2 * IMAGE)


def test_without_kernels_it_is_litert_s_own_interpreter():
    runner = custom_interpreter.interpreter(chain(Op("NEG")))
    assert type(runner).__name__ == "Interpreter"
    np.testing.assert_array_equal(runner.run(IMAGE), -IMAGE)


def test_many_come_and_go():
    data = chain(Op("CUSTOM", 1, "AddOne"))
    for _ in range(20):
        np.testing.assert_array_equal(_run(data, AddOne=_add_one), IMAGE + 1)
    gc.collect()


@pytest.mark.parametrize(
    "kernel, said",
    [
        (lambda inputs, options: 1 / 0, "reference kernel of X fails with ZeroDivisionError"),
        (
            lambda inputs, options: [inputs[0][0]],
            r"gives float32[8, 8, 3], expected float32[1, 8, 8, 3]",
        ),
        (lambda inputs, options: [], "gives nothing, expected float32[1, 8, 8, 3]"),
        (lambda inputs, options: [np.zeros(SHAPE, complex)], "gives complex128[1, 8, 8, 3]"),
    ],
)
def test_a_kernel_at_fault_is_named(kernel, said):
    with user_error(said):
        _run(chain(Op("CUSTOM", 1, "X")), X=kernel)


def test_after_a_failure_it_runs_again():
    runner = custom_interpreter.interpreter(
        chain(Op("CUSTOM", 1, "X")),
        {"X": lambda inputs, options: [1 / inputs[0].min(keepdims=True)]},
    )
    with user_error("reference kernel of X gives"):
        runner.run(IMAGE)
    with user_error("reference kernel of X gives"):
        runner.run(IMAGE)


def test_an_operator_without_a_kernel_is_named():
    with user_error("without a reference kernel: Other", "kernels are for AddOne"):
        _run(chain(Op("CUSTOM", 1, "Other")), AddOne=_add_one)


def test_another_input_is_refused():
    runner = custom_interpreter.interpreter(chain(Op("CUSTOM", 1, "X")), {"X": _add_one})
    with user_error("the input is float64[1, 8, 8, 3], expected float32[1, 8, 8, 3]"):
        runner.run(IMAGE.astype(np.float64))


def test_built_in_kernels_alone_are_refused():
    with user_error("custom operators run with the delegate xnnpack only, got none"):
        custom_interpreter.interpreter(chain(Op("NEG")), {"X": _add_one}, delegate="none")


def test_a_file_declares_kernels(tmp_path):
    path = tmp_path / "ops.py"
    path.write_text("def f(inputs, options):\n    return inputs\n\nKERNELS = {'Same': f}\n")
    kernels = custom_ops.read(path)
    assert list(kernels) == ["Same"]
    data = chain(Op("CUSTOM", 1, "Same"))
    np.testing.assert_array_equal(custom_interpreter.interpreter(data, kernels).run(IMAGE), IMAGE)


@pytest.mark.parametrize(
    "text, said",
    [
        ("import no_such_module", "fail with ModuleNotFoundError"),
        ("def f(", "fail with SyntaxError"),
        ("x = 1", "have no KERNELS; expected a dict"),
        ("KERNELS = {}", "have no KERNELS"),
        ("KERNELS = {'X': 3}", "have no KERNELS"),
        ("KERNELS = {'FlexX': print}", "declare FlexX, but Flex... are TensorFlow's own"),
    ],
)
def test_a_file_that_declares_nothing_is_refused(text, said, tmp_path):
    (tmp_path / "ops.py").write_text(text)
    with user_error("ops.py", said):
        custom_ops.read(tmp_path / "ops.py")
