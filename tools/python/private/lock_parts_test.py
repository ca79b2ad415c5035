"""Which requirements of a lock file come into which part."""

import lock_parts
import pytest

_HEAD = "# made by a tool\n--prefer-binary\n"
_FIRST = "absl-py==1.0 \\\n    --hash=sha256:11\n"
_SECOND = (
    "large.net==2.0 ; sys_platform == 'linux' \\\n    --hash=sha256:22 \\\n    --hash=sha256:33\n"
)
_THIRD = "wrapt==3.0 --hash=sha256:44\n"


@pytest.mark.parametrize(
    ("lock", "number", "expected"),
    [
        (_HEAD + _FIRST + _SECOND, 1, [_HEAD + _FIRST + _SECOND]),
        (_HEAD + _FIRST + _SECOND + _THIRD, 2, [_HEAD + _FIRST + _THIRD, _HEAD + _SECOND]),
        (_FIRST + _SECOND, 8, [_FIRST, _SECOND]),
        (_HEAD, 4, [_HEAD]),
    ],
    ids=["whole", "two", "fewer than asked for", "no requirement"],
)
def test_each_requirement_is_in_one_part(lock, number, expected):
    assert lock_parts.split(lock, number) == expected
