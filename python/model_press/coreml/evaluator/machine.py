"""Executes a program: decodes its weights once, then runs images through it.

Arithmetic is float32. At precision "declared" each result whose type is float16 in the program is rounded to float16
after the operation (within one, sums are kept in float32, as Apple's GPU and Neural Engine may or may not do); a result
beyond float16's 65504 is an error that names the operation. At precision "float32" nothing is rounded but the weights
as stored.
"""

from collections import Counter
from typing import Any, Literal

import numpy as np

from model_press.coreml.evaluator import constexpr, program
from model_press.coreml.evaluator.ops import OPERATIONS
from model_press.formats.errors import UserError

Precision = Literal["declared", "float32"]
FLOAT16_MAX = 65504.0


class Machine:
    """A program with its constants in memory."""

    def __init__(self, source: program.Program, precision: Precision = "declared"):
        """Raise UserError if the program has an operation that the evaluator does not know."""
        self._program = source
        self._precision = precision
        self._constants: dict[str, Any] = {}
        self._steps: list[program.Operation] = []
        self._allowance = program.Allowance()
        _refuse_unknown(source)
        for op in source.operations:
            if op.type == "const":
                self._constants[op.name] = _wide(op.arguments["val"])
            elif op.type in constexpr.DECODERS:
                self._keep(op, constexpr.DECODERS[op.type](**self._resolved(op, self._constants)))
            else:
                self._steps.append(op)
        # A name that is read for the last time by a step is dropped after it: activations are large.
        self._last_use = {}
        for index, op in enumerate(self._steps):
            for name in op.reads:
                self._last_use[name] = index

    def constant(self, name: str) -> Any:
        """Return a constant by its name, decoded."""
        return self._constants[name]

    @property
    def classify(self) -> program.Operation | None:
        """The operation that turns scores into a label, or None."""
        return next((op for op in self._steps if op.type == "classify"), None)

    def run(self, inputs: dict[str, np.ndarray], wanted: str) -> np.ndarray:
        """Run images.

        Args:
          inputs: float32 [N, ...] by the program's input names.
          wanted: the name of a value.

        Returns:
          The value, float32 [N, ...].

        Raises:
          UserError: an operation with parameters that the evaluator does not know, or a float16 overflow.
        """
        values = dict(inputs)
        for index, op in enumerate(self._steps):
            if wanted in values or op.type == "classify":
                break
            results = self._execute(op, values)
            for (name, kind), result in zip(op.outputs, results, strict=True):
                values[name] = self._rounded(op, kind, result)
            for name in op.reads:
                if self._last_use[name] == index and name != wanted:
                    values.pop(name, None)
        if wanted not in values:
            fix = (
                "it is declared as an output; convert the model again"
                if wanted in self._program.outputs
                else f"expected one of its outputs {', '.join(self._program.outputs)} or what they are made of"
            )
            raise UserError(f"the program computes no value named {wanted}; {fix}")
        return values[wanted]

    def _execute(self, op: program.Operation, values: dict[str, Any]) -> tuple[np.ndarray, ...]:
        arguments = self._resolved(op, values)
        try:
            # A cast's rounding follows from the declared type, as any other's.
            result = arguments["x"] if op.type == "cast" else OPERATIONS[op.type](**arguments)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(
                f"operation {op.name} ({op.type}) cannot be evaluated: {str(error).splitlines()[0]}"
            ) from error
        return result if isinstance(result, tuple) else (result,)

    def _resolved(self, op: program.Operation, values: dict[str, Any]) -> dict[str, Any]:
        def look_up(argument: Any) -> Any:
            if isinstance(argument, list):
                return [look_up(item) for item in argument]
            if not isinstance(argument, program.Name):
                return argument
            for source in (values, self._constants):
                if argument.text in source:
                    return source[argument.text]
            raise UserError(
                f"operation {op.name} ({op.type}) reads {argument.text}, which nothing computes; expected an input, a "
                "constant or an earlier operation's output; convert the model again"
            )

        return {name: look_up(argument) for name, argument in op.arguments.items()}

    def _keep(self, op: program.Operation, results: Any) -> None:
        results = results if isinstance(results, tuple) else (results,)
        for (name, kind), result in zip(op.outputs, results, strict=True):
            self._allowance.take(result.size, f"operation {name} ({op.type})")
            # What is stored as float16 scales is multiplied and kept as float16 on the device.
            rounded = result.astype(np.float16) if kind and kind.dtype == "float16" else result
            self._constants[name] = _wide(rounded)

    def _rounded(
        self, op: program.Operation, kind: program.TensorType | None, result: np.ndarray
    ) -> np.ndarray:
        result = np.asarray(result, np.float32)
        if self._precision == "float32" or kind is None or kind.dtype != "float16":
            return result
        with np.errstate(over="ignore"):
            rounded = result.astype(np.float16).astype(np.float32)
        if np.isinf(rounded.max()) or np.isinf(rounded.min()):
            largest = float(np.abs(result).max())
            raise UserError(
                f"operation {op.name} ({op.type}) overflows float16: {largest:.6g} is beyond "
                f"{FLOAT16_MAX:.0f}; keep the model in float32 (recipe compute float32) or scale its weights"
            )
        return rounded


def _wide(value: Any) -> Any:
    """Return float16 constants as float32, others unchanged."""
    if isinstance(value, np.ndarray) and value.dtype == np.float16:
        return value.astype(np.float32)
    return value


def _refuse_unknown(source: program.Program) -> None:
    known = {*OPERATIONS, *constexpr.DECODERS, "cast", "classify", "const"}
    unknown = Counter(op.type for op in source.operations if op.type not in known)
    if unknown:
        kind, count = unknown.most_common(1)[0]
        first = next(op.name for op in source.operations if op.type == kind)
        raise UserError(
            f"the program has {sum(unknown.values())} operations that the evaluator does not know: "
            f"{', '.join(sorted(unknown))}; the first is {first} ({kind}, {count} times); make the model without "
            "them, or add them to model_press/coreml/evaluator/ops"
        )
