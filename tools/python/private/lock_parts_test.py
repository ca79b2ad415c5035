"""Which requirements of a lock file come into which part."""

import lock_parts
import pytest

_HEAD = "# made by a tool\n--prefer-binary\n"
_LARGE = (
    "large.net==2.0 ; sys_platform == 'linux' \\\n    --hash=sha256:22 \\\n    --hash=sha256:33\n"
)
_SMALL = "absl-py==1.0 \\\n    --hash=sha256:11\n"
_LAST = "wrapt==3.0 --hash=sha256:44\n"


@pytest.mark.parametrize(
    ("lock", "apart", "expected"),
    [
        (_HEAD + _SMALL + _LARGE + _LAST, [], [_HEAD + _SMALL + _LARGE + _LAST]),
        (
            _HEAD + _SMALL + _LARGE + _LAST,
            ["large-net"],
            [_HEAD + _SMALL + _LAST, _HEAD + _LARGE],
        ),
        (_SMALL + _LAST, ["large-net"], [_SMALL + _LAST]),
        (_LARGE, ["large-net"], [_LARGE]),
        (_SMALL + _LAST, ["absl-py", "wrapt"], [_SMALL, _LAST]),
        (_HEAD, ["large-net"], [_HEAD]),
    ],
    ids=["whole", "one apart", "not locked", "nothing else", "all apart", "empty"],
)
def test_each_requirement_is_in_one_part(lock, apart, expected):
    assert lock_parts.split(lock, apart) == expected
