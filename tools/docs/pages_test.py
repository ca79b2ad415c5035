"""The pages are those that the sources give now, and what they say of a rule is right."""

import os
import pathlib

import markdown_page
import pages
import pytest
import rules
import update
from python_api import formats
from starlark import StarlarkError, Workspace

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent

_RULE = '''
"""Rules."""

load(":common.bzl", "INFO", "COMMON_ATTRS", "shared")
load("@other//:defs.bzl", "OtherInfo")

_SIZES = ["small"] + ["large"]

def _impl(ctx):
    if ctx.attr.flag:
        return [DefaultInfo(), MadeInfo(a = 1)]
    return [MadeInfo(a = 2)]

MadeInfo = provider(doc = "What is made.", fields = {"a": "int: one."})

made = rule(
    implementation = _impl,
    attrs = dict(
        COMMON_ATTRS,
        flag = attr.bool(doc = "A flag."),
        of = attr.label(providers = [[MadeInfo], [OtherInfo]], mandatory = True, doc = "What."),
        size_class = attr.string(default = "small", values = _SIZES, doc = "How" + " big."),
        _tool = shared("x"),
        **{"level": attr.int(default = -1, doc = "A | level.")}
    ),
    provides = [MadeInfo],
    doc = "Makes. Well.",
)

_gate_test = rule(
    implementation = _impl,
    test = True,
    attrs = {"limit": attr.string(mandatory = True), "on": attr.label()},
)

def gate_test(name, on, limit, names = INFO.keys(), *, loud = False, **kwargs):
    """Red above a limit.

    More of it.

    Args:
      name: target name.
      on: label of a made target,
        of any kind.
      limit: largest value.
      names: names of things.
      loud: whether it says more.
      **kwargs: common attributes.

    Returns:
      Nothing.
    """
    _gate_test(name = name, on = on, limit = str(limit), **kwargs)
'''
_COMMON = """
INFO = {"a": 1, "b": 2}
COMMON_ATTRS = {"extra": attr.label_list(default = [Label("//x:y")], doc = "More.")}

def shared(label):
    return attr.label(default = Label(label))
"""


@pytest.fixture
def workspace(tmp_path):
    """A workspace with one public file, x/defs.bzl, that passes on two names of x/rule.bzl."""
    package = tmp_path / "x"
    package.mkdir()
    (package / "rule.bzl").write_text(_RULE)
    (package / "common.bzl").write_text(_COMMON)
    (package / "defs.bzl").write_text(
        'load(":rule.bzl", _gate_test = "gate_test", _made = "made")\ngate_test = _gate_test\nmade = _made\n'
    )
    return tmp_path


def test_pages_are_those_of_the_sources():
    rendered = update.render(ROOT)
    assert len(rendered) > 15
    stale = [*update.stale(ROOT, rendered), *update.surplus(ROOT, rendered)]
    assert not stale, f"stale: {', '.join(stale)}; update them: {markdown_page.UPDATE}"


def test_everything_public_is_documented():
    missing = [
        gap
        for items in pages.public_items(ROOT).values()
        for item in items
        for gap in rules.undocumented(item)
    ]
    assert not missing, "\n".join(missing)


def test_a_rule_is_read_through_loads_and_dicts(workspace):
    _, made = rules.public(Workspace(workspace), "//x:defs.bzl")
    assert (made.kind, made.provides, made.doc) == ("rule", ("MadeInfo",), "Makes. Well.")
    attributes = {attribute.name: attribute for attribute in made.attributes}
    assert list(attributes) == ["extra", "flag", "level", "of", "size_class"]
    assert attributes["extra"].default == '["//x:y"]'
    assert attributes["level"].default == "-1"
    assert attributes["of"].default is None
    assert attributes["of"].providers == (("MadeInfo",), ("OtherInfo",))
    assert attributes["size_class"].doc == "How big."
    assert attributes["size_class"].values == ('"small"', '"large"')


def test_a_macro_has_its_arguments_and_the_rule_behind_it(workspace):
    gate, _ = rules.public(Workspace(workspace), "//x:defs.bzl")
    assert (gate.kind, gate.provides) == ("test", ("MadeInfo",))
    assert gate.doc == "Red above a limit.\n\nMore of it."
    rows = {a.name: (a.kind, a.default, a.doc) for a in gate.attributes}
    assert rows == {
        "on": ("label", None, "label of a made target, of any kind."),
        "limit": ("number", None, "largest value."),
        "names": ("list of strings", '["a", "b"]', "names of things."),
        "loud": ("bool", "False", "whether it says more."),
    }


def test_what_is_not_documented_is_named(workspace):
    rule = workspace / "x" / "rule.bzl"
    rule.write_text(
        _RULE.replace('doc = "A flag."', "").replace("      loud: whether it says more.\n", "")
    )
    gaps = [
        gap
        for item in rules.public(Workspace(workspace), "//x:defs.bzl")
        for gap in rules.undocumented(item)
    ]
    assert gaps == [
        "//x:rule.bzl: gate_test.loud has no documentation",
        "//x:rule.bzl: made.flag has no documentation",
    ]


def test_documentation_of_an_argument_that_is_gone_is_red(workspace):
    rule = workspace / "x" / "rule.bzl"
    rule.write_text(_RULE.replace("      loud: whether", "      silent: whether"))
    with pytest.raises(StarlarkError, match="gate_test documents silent, which it does not take"):
        rules.public(Workspace(workspace), "//x:defs.bzl")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(:\n", r"//x:defs.bzl:1: not in Python's syntax"),
        ('load(":gone.bzl", _a = "a")\na = _a\n', "//x:gone.bzl: No such file"),
        (
            'load(":rule.bzl", _a = "no")\na = _a\n',
            "//x:rule.bzl: no is neither defined nor loaded",
        ),
        (
            "a = rule(implementation = _i, attrs = made())\ndef _i(ctx):\n    return []\n",
            "attrs cannot be read",
        ),
    ],
)
def test_what_cannot_be_read_is_named(workspace, text, message):
    (workspace / "x" / "defs.bzl").write_text(text)
    with pytest.raises(StarlarkError, match=message):
        rules.public(Workspace(workspace), "//x:defs.bzl")


def test_a_format_writes_named_types_out(tmp_path):
    module = tmp_path / "format.py"
    module.write_text(
        '"""A format."""\nKind = Literal["a", "b"]\n'
        "@dataclasses.dataclass(frozen=True)\nclass Part:\n    '''A part.'''\n    kind: Kind\n"
        "@dataclasses.dataclass(frozen=True)\nclass Whole:\n    '''All.'''\n    parts: tuple[Part, ...]\n"
        "    x: Kind | None = None\n"
        "class Other:\n    y: int\n"
    )
    doc, (whole, part) = formats(tmp_path, "format")
    assert doc == "A format."
    assert whole.fields == (("parts", "tuple[Part, ...]"), ("x", "Literal['a', 'b'] | None"))
    assert (part.name, part.doc) == ("Part", "A part.")
