"""Splits the text of a pip lock file into lock files that are installed side by side.

Standard library only: nothing else exists yet when a repository rule runs this.
"""

import re

# A requirement of `pip-compile` or `uv`: `name==version ; marker \\`, then its hashes on indented lines.
_REQUIREMENT = re.compile(r"(?m)^(?=[A-Za-z0-9])")


def split(lock: str, number: int) -> list[str]:
    """Return the text of a lock file as at most `number` parts that together hold each requirement once.

    What stands before the first requirement (comments, options) is in every part. There is at least one part.
    """
    head, *requirements = _REQUIREMENT.split(lock)
    number = max(1, min(number, len(requirements)))
    return [head + "".join(requirements[first::number]) for first in range(number)]
