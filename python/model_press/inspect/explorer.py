"""Opens a model in Model Explorer, where that is installed."""

import os
import shutil
import subprocess

from model_press.formats.errors import UserError

_PROGRAM = "model-explorer"


def explore(path: str | os.PathLike[str]) -> int:
    """Serve the model in the browser until interrupted; return the program's exit code.

    Raises:
      UserError: it is not installed.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        raise UserError(
            f"{_PROGRAM} is not on the PATH; install it with: pip install ai-edge-{_PROGRAM}"
        )
    # Its own Python must not see the modules of this one.
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    try:
        return subprocess.run([program, str(path)], env=clean).returncode
    except KeyboardInterrupt:
        return 0
