"""The program behind every gate: `gates_program check-size --model ...`."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

from model_press import gates
from model_press.process import command_line

_PREFIX = "check-"


def commands(argv: Sequence[str]) -> list[command_line.Command]:
    """Import and return the gate that the arguments name, or all gates by default.

    `check-camera-parity` is the COMMAND of camera_parity.py. The others are not imported: SciPy, coremltools and LiteRT
    are behind some and would cost seconds.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(gates.__path__))
    asked = [name for name in names if argv and argv[0] == _PREFIX + name.replace("_", "-")]
    loaded = [
        importlib.import_module(f"model_press.gates.{name}")
        for name in asked or names
        if not name.endswith(("_test", "_program"))
    ]
    found = [module.COMMAND for module in loaded if hasattr(module, "COMMAND")]
    # For a module without a gate: the message about an unknown command lists all gates.
    return found or commands(())


if __name__ == "__main__":
    command_line.main(*commands(sys.argv[1:]), prog="gates")
