"""GELU -> multiplications, additions and a tanh, which XNNPACK runs.

XNNPACK of LiteRT 2.3 has GELU (ConvNeXt, vision transformers) in float only, and that of TensorFlow Lite 2.16.1 not at
all (measured in the Android library): there each stays in a single-threaded reference kernel that cuts the graph. Its
exact form is x/2 (1 + erf(x / sqrt 2)). With P below, it is tanh(x P(x^2)) instead of erf, and GELU is right to 1.3e-6
everywhere. Own fit: least squares of
atanh(erf(x / sqrt 2)) / x on 0 < x < 5, reweighted until the largest error of GELU stopped falling; beyond 5 both are
x or 0 to within 1.5e-6. The approximate form is sqrt(2/pi) (x + 0.044715 x^3) inside the tanh, as it is defined.

An int8 GELU gets DEQUANTIZE and QUANTIZE around it, as in dequantized_ops.py; the scales at both ends stay.
"""

import math

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model_press.tflite.graph import Graph

# Coefficients of x^0, x^2, x^4 ... and the |x| beyond which x^2 no longer grows.
_EXACT = (
    0.797872932,
    0.0363649159,
    -5.73547737e-05,
    -4.73983171e-05,
    2.8125016e-06,
    -5.71098672e-08,
)
_LIMIT = 5.0
_APPROXIMATE = (math.sqrt(2 / math.pi), 0.044715 * math.sqrt(2 / math.pi))


def rewrite(graph: Graph) -> int:
    """Replace every GELU; return the number of operators that it replaced."""
    done = 0
    for old in graph.named("GELU"):
        source, target = int(old.inputs[0]), int(old.outputs[0])
        quantised = graph.is_int8(source, target)
        if not quantised and not graph.is_float(source, target):
            continue
        chain = _Chain(graph, target)
        x = source
        if quantised:
            x, dequantize = graph.dequantize(source, graph.part_name(target, "input"))
            chain.new.append(dequantize)
        approximate = bool(old.builtinOptions and old.builtinOptions.approximate)
        result = _gelu(chain, x, _APPROXIMATE if approximate else _EXACT, exact=not approximate)
        if quantised:
            chain.new.append(graph.quantize(result, target))
        else:
            chain.new[-1].outputs = np.array([target], np.int32)
        graph.replace(old, chain.new)
        done += 1
    return done


def _gelu(chain: "_Chain", x: int, coefficients: tuple[float, ...], exact: bool) -> int:
    square = chain.multiply(x, x, "square")
    if exact:
        limit = chain.constant("limit", _LIMIT**2)
        options = schema.MaximumMinimumOptionsT()
        square = chain.add("MINIMUM", 1, [square, limit], "limited", options)
    *lower, series = coefficients
    power = None
    for number, coefficient in enumerate(reversed(lower)):
        highest = chain.constant(f"c{len(lower)}", series) if power is None else power
        power = chain.multiply(square, highest, f"product{number}")
        constant = chain.constant(f"c{len(lower) - 1 - number}", coefficient)
        power = chain.add("ADD", 1, [power, constant], f"sum{number}", schema.AddOptionsT())
    inner = chain.multiply(x, power, "inner")
    tanh = chain.add("TANH", 1, [inner], "tanh", None)
    one = chain.constant("one", 1.0)
    plus = chain.add("ADD", 1, [tanh, one], "plus_one", schema.AddOptionsT())
    half = chain.multiply(x, chain.constant("half", 0.5), "half_x")
    return chain.multiply(half, plus, "output")


class _Chain:
    """New operators on float tensors of the shape of `target`."""

    def __init__(self, graph: Graph, target: int):
        self._graph, self._target = graph, target
        self.new: list[schema.OperatorT] = []

    def add(self, builtin: str, version: int, inputs: list[int], name: str, options: object) -> int:
        out = self._graph.add_float(self._name(name), self._graph.shape(self._target))
        self.new.append(self._graph.operator(builtin, version, inputs, [out], options))
        return out

    def multiply(self, a: int, b: int, name: str) -> int:
        return self.add("MUL", 1, [a, b], name, schema.MulOptionsT())

    def constant(self, name: str, value: float) -> int:
        return self._graph.add_float_constant(self._name(name), np.full((), value, np.float32))

    def _name(self, part: str) -> str:
        return self._graph.part_name(self._target, part)
