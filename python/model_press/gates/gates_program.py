"""The program behind every gate: `gates_program check-size --model ...`."""

import importlib
import sys
from collections.abc import Sequence

from model_press.process import command_line

# Command -> the module of this package that declares it.
GATES = {
    "check-accuracy": "accuracy",
    "check-camera-parity": "camera_parity",
    "check-coreml-camera-parity": "coreml_camera_parity",
    "check-delegation": "delegation",
    "check-images": "image_check",
    "check-latency": "latency",
    "check-memory": "memory",
    "check-parity": "parity",
    "check-reproducible": "reproducible",
    "check-runtime": "runtime",
    "check-size": "size",
}


def commands(argv: Sequence[str]) -> list[command_line.Command]:
    """Import and return the gate that the arguments name, or all gates by default.

    The others would cost seconds: SciPy, coremltools and LiteRT are behind some.
    """
    asked = [GATES[argv[0]]] if argv and argv[0] in GATES else GATES.values()
    return [importlib.import_module(f"model_press.gates.{name}").COMMAND for name in asked]


if __name__ == "__main__":
    command_line.main(*commands(sys.argv[1:]), prog="gates")
