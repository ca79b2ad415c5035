"""Label files: UTF-8 text, one class name a line, in class order."""

import os
import re

from model_press.formats import files
from model_press.formats.errors import UserError

# Names of a hundred thousand classes take a tenth of it.
_MOST_BYTES = 16 << 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def read(path: str | os.PathLike[str]) -> list[str]:
    """Return the names; blank lines at the end are dropped, any other blank line is an error."""
    path = files.require_file(path, "labels")
    if (size := path.stat().st_size) > _MOST_BYTES:
        raise UserError(
            f"labels {path} has {size} bytes, expected at most {_MOST_BYTES}; one class name a line"
        )
    return parse(path.read_bytes(), f"labels {path}")


def parse(data: bytes, what: str) -> list[str]:
    """Return the names in a labels file's bytes; `what` names the file in errors."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{what} is not UTF-8 text ({error}); save it as UTF-8") from error
    names = [line.strip() for line in text.rstrip().splitlines()]
    for number, name in enumerate(names, 1):
        if not name:
            raise UserError(f"{what} line {number} is blank; one class name a line")
        if control := _CONTROL.search(name):
            # UTF-16 without its mark is valid UTF-8 with a zero beside each letter.
            raise UserError(
                f"{what} line {number} has the control character U+{ord(control[0]):04X}, expected text; save it as "
                "UTF-8"
            )
    return names


def require_width(names: list[str], width: int, what: str) -> None:
    """Raise UserError unless there is one name per model output."""
    if len(names) != width:
        raise UserError(
            f"{what} has {len(names)} names, but the model has {width} outputs; give one name a class"
        )


def default(width: int) -> list[str]:
    """Return class_0000, class_0001, ... for a model without class names."""
    return [f"class_{index:04d}" for index in range(width)]


def dump(names: list[str]) -> bytes:
    """Return the bytes of a labels file."""
    return ("\n".join(names) + "\n").encode()
