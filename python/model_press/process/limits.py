"""Resource limits of this process, which bound the harm of a hostile file."""

import contextlib
import resource
from collections.abc import Iterator


def lower(what: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit (resource.RLIMIT_*) for the rest of this process; a lower limit that exists already stays.

    hard: the limit that the process cannot raise again; None for `soft`.
    """
    hard = soft if hard is None else hard
    _, most = resource.getrlimit(what)
    if most == resource.RLIM_INFINITY or most > hard:
        resource.setrlimit(what, (soft, hard))


@contextlib.contextmanager
def bounded(what: int, limit: int) -> Iterator[None]:
    """Lower a limit for the duration of a `with` block.

    Python raises MemoryError past a limit of memory.
    """
    soft, hard = resource.getrlimit(what)
    lowest = min([limit, *(each for each in (soft, hard) if each != resource.RLIM_INFINITY)])
    resource.setrlimit(what, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (soft, hard))
