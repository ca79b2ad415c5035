"""check-delegation: how many pieces XNNPACK cuts a variant into, and which operators it leaves."""

import argparse

from model_press.formats.errors import UserError
from model_press.gates.command import gate
from model_press.gates.result import Measure, Result
from model_press.measure import process


def check(model: str, max_partitions: int, allowed: list[str]) -> Result:
    """Check the delegate's partitions and the operators left to the built-in kernels.

    Args:
      model: path of a .tflite.
      max_partitions: largest allowed number of XNNPACK partitions; each further one costs a hand-over.
      allowed: operators that may stay outside, such as the QUANTIZE at either end.
    Raises:
      UserError: an operator that is not allowed stays outside, by name and by the tensor it writes.
    """
    probe = process.Probe(model, 1, "xnnpack")
    probe.close()
    left = [op for op in probe.ready["undelegated"] if op["op"] not in allowed]
    partitions = probe.ready["partitions"]
    result = Result(
        "delegation",
        (
            Measure("delegate partitions", partitions, max_partitions, at_most=True),
            Measure("operators outside the delegate", len(left), 0, at_most=True),
        ),
        {},
    )
    if left:
        first = "; ".join(f"{op['op']} writing {op['output']}" for op in left[:3])
        raise UserError(
            f"delegation: {partitions} partitions, {len(left)} operators outside the delegate: {first}"
            f"{' ...' if len(left) > 3 else ''}; at most {max_partitions} partitions and only "
            f"{', '.join(allowed) or 'no operator'} outside are allowed"
        )
    return result


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True)
    parser.add_argument("--max-partitions", type=int, required=True)
    parser.add_argument("--allowed", action="append", default=[])


COMMAND = gate(
    "check-delegation",
    "delegate partitions and operators outside them",
    _add_arguments,
    lambda o: check(o.model, o.max_partitions, o.allowed),
)
