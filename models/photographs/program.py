"""How the small programs of this package end: with one line instead of a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from model_press.formats.errors import UserError


def run(main: Callable[[list[str] | None], None]) -> None:
    """Call main() and exit with 1 and one line on standard error after a user error."""
    try:
        main(None)
    except (UserError, OSError) as error:  # OSError: an unreadable file, a full disk
        name = os.path.basename(sys.argv[0])
        sys.exit(f"{name}: {' '.join(str(error).split())}")
