"""Splits the text of a pip lock file into lock files that are installed on their own.

Standard library only: nothing else exists yet when a repository rule runs this.
"""

import re
from collections.abc import Sequence

# A requirement of `pip-compile` or `uv`: `name==version ; marker \\`, then its hashes on indented lines.
_REQUIREMENT = re.compile(r"(?m)^(?=[A-Za-z0-9])")


def _name(requirement: str) -> str:
    """The normalised name, as PEP 503 has it, that a requirement begins with."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s=<>!~;\[@]", requirement, maxsplit=1)[0]).lower()


def split(lock: str, apart: Sequence[str]) -> list[str]:
    """The text of a lock file as parts that together hold each requirement once.

    Args:
      lock: requirements with hashes. What stands before the first of them (comments, options) is in every part.
      apart: packages of which each is a part of its own, if the lock has it.

    Returns:
      What is left of the lock, unless that is nothing, then a part for each package of `apart`.
    """
    head, *requirements = _REQUIREMENT.split(lock)
    rest, alone = [], []
    for requirement in requirements:
        (alone if _name(requirement) in apart else rest).append(requirement)
    parts = ["".join(rest)] if rest else []
    return [head + part for part in [*parts, *alone]] or [head]
