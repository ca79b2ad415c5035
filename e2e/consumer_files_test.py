"""The consumer workspace stays small, and what it takes is there."""

import os
import pathlib

import markdown_page
import pytest
from snippets import Snippets
from starlark import Workspace

_ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
_BUILD = "e2e/consumer/BUILD"


def _complaints(text: str) -> list[str]:
    """What is wrong with a consumer's BUILD file: loads, rules and attributes that model_press does not have."""
    block = markdown_page.parse(f"```starlark\n{text}```\n").blocks[0]
    return [
        what for _, what in Snippets(Workspace(_ROOT)).complaints(block, "//e2e/consumer:BUILD")
    ]


def test_three_apps_take_fewer_than_twenty_lines():
    lines = (_ROOT / _BUILD).read_text().splitlines()
    assert len(lines) < 20
    for rule in ("android_app(", "coreml_variant(", "pi_runner(", "pi_deb("):
        assert [line for line in lines if line.startswith(rule)]


def test_what_the_consumer_uses_exists():
    assert _complaints((_ROOT / _BUILD).read_text()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("android_app", "android_apps"),
        ("trained = False", "training = False"),
        ("src = ", "source = "),
    ],
)
def test_a_changed_name_is_seen(old, new):
    assert _complaints((_ROOT / _BUILD).read_text().replace(old, new))


# shows: pain D61
def test_both_bazels_take_model_press_from_outside():
    folder = _ROOT / "e2e" / "consumer"
    for file in ("WORKSPACE", "MODULE.bazel"):
        assert 'path = "../.."' in (folder / file).read_text()
    assert "e2e/consumer" in (_ROOT / ".bazelignore").read_text().splitlines()
