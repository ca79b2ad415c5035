"""The pages under docs/python say of a name what its source says."""

import argparse
import os
import pathlib

import pytest
import python_api
import python_pages
import update

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent

_MODULE = '''"""A module. It has parts.

See `it`.
"""

import dataclasses

_HIDDEN = 1
# Above every other.
LIMIT = 3
KIND: str = "a"


@dataclasses.dataclass(frozen=True)
class Part:
    """A part.

    name: what it is called, in
      two lines.
    size: its <size>.
    """

    name: str
    size: int = 3

    @property
    def big(self) -> bool:
        return self.size > LIMIT

    def grow(
        self,
        by: int,
    ) -> "Part":
        """Another part."""
        return Part(self.name, self.size + by)

    def _inner(self):
        pass


class Machine(list):
    """Runs parts."""

    def __init__(self, part: Part, **options: Any):
        """Raises ValueError without one."""


@cached
def read(path: str) -> Part:
    """Reads.

    Args:
      path: a file, or
        a folder.
    Raises:
      OSError: it is not there.
    """


def _private():
    pass
'''


@pytest.fixture
def module(tmp_path):
    (tmp_path / "parts.py").write_text(_MODULE)
    return python_api.read(tmp_path, "parts")


def test_everything_public_is_documented():
    modules = sum(python_pages.public_modules(ROOT).values(), [])
    assert len(modules) > 10
    assert [gap for module in modules for gap in python_api.undocumented(module)] == []
    bare = [
        f"{target}: {option.usage}"
        for target, program in update.programs(ROOT).items()
        for option in program.options
        if not option.text
    ]
    assert bare == []


def test_a_module_is_read(module):
    assert list(python_api.constants(module)) == [
        "# Above every other.\nLIMIT = 3",
        'KIND: str = "a"',
    ]
    part, machine, read = (each for each in python_api.public(module) if not each.is_attribute)
    assert python_api.code(part) == (
        "@dataclasses.dataclass(frozen=True)\nclass Part:\n    name: str\n    size: int = 3"
    )
    assert [each.name for each in python_api.fields(part)] == ["name", "size"]
    assert python_api.code(part.members["grow"]) == (
        'def grow(\n    self,\n    by: int,\n) -> "Part":'
    )
    assert python_api.code(machine) == (
        "class Machine(list):\n    def __init__(self, part: Part, **options: Any): ..."
    )
    assert python_api.doc(machine) == "Runs parts.\n\nRaises ValueError without one."
    assert python_api.code(read) == "@cached\ndef read(path: str) -> Part:"


def test_a_module_is_written(module):
    text = "\n".join(python_pages._module(module))
    assert (
        "A part.\n\n- `name`: what it is called, in\n  two lines.\n- `size`: its &lt;size>.\n"
        in text
    )
    assert "- `big` (bool)\n" in text
    assert "- `path`: a file, or a folder.\n- Raises `OSError`: it is not there.\n" in text
    assert "_private" not in text and "_inner" not in text


def test_what_is_not_documented_is_named(tmp_path):
    for said in ('    """Reads.', '        """Another part."""', '    """Runs parts."""'):
        assert said in _MODULE
    bare = _MODULE.replace('        """Another part."""', "").replace(
        '    """Runs parts."""\n\n    def __init__(self, part: Part, **options: Any):\n'
        '        """Raises ValueError without one."""\n',
        "    pass\n",
    )
    (tmp_path / "parts.py").write_text(bare)
    module = python_api.read(tmp_path, "parts")
    assert list(python_api.undocumented(module)) == [
        "parts: Part.grow has no documentation",
        "parts: Machine has no documentation",
    ]


def test_a_parser_is_read():
    parser = argparse.ArgumentParser(description="Does it.")
    parser.add_argument("file", help="what")
    parser.add_argument("photos", nargs="*", metavar="photo", help="which")
    parser.add_argument("--fit", choices=("crop", "stretch"), default="crop", help="how")
    parser.add_argument("--loud", action="store_true", help="say more")
    parser.add_argument("--given", help=argparse.SUPPRESS)
    parser.add_argument("-n", "--count", type=int, required=True, help="how many")
    found = python_api.program(parser)
    assert found.text == "Does it."
    assert [(option.usage, option.default) for option in found.options] == [
        ("file", None),
        ("photo ...", None),
        ("--fit {crop,stretch}", "crop"),
        ("--loud", None),
        ("--count COUNT", None),
    ]
    assert [option.usage for option in python_api.program(parser, only=["--loud"]).options] == [
        "--loud"
    ]
