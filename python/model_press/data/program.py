"""How the small programs of this package end: with one line instead of a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

# What a user can cause: a missing or unreadable file, an argument out of range, a full disk.
USER_ERRORS = (OSError, ValueError)


def run(main: Callable[[list[str] | None], None]) -> None:
    """Calls main() and exits 1 with one line on standard error for a user's mistake."""
    try:
        main(None)
    except USER_ERRORS as error:
        name = os.path.basename(sys.argv[0])
        sys.exit(f"{name}: {' '.join(str(error).split())}")
