"""Every message for a user's mistake names what was found and what is expected or how to fix it."""

import os
import pathlib
import re

import catalogue
import pytest
import workspace_files

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
_READ = re.compile(r"^(python|rpi|tools|models|android|ios)/.*\.(py|bzl)$")
# The fuzzers hand on what the loaders say.
_LEFT_OUT = re.compile(r"_test\.py$|/testing|/tests/|/fuzz/|^tools/errors/")


@pytest.fixture(scope="module")
def messages():
    paths = [
        path
        for path in workspace_files.list_files(ROOT)
        if _READ.match(path) and not _LEFT_OUT.search(path)
    ]
    return list(catalogue.messages(ROOT, paths))


def test_there_are_many_and_nearly_all_can_be_read(messages):
    assert len(messages) > 450
    assert sum(message.built for message in messages) <= 11


def test_each_says_what_was_found_and_what_to_do(messages):
    poor = [
        f"{message.path}:{message.line}: {fault}: {message.text}"
        for message in messages
        if not message.built
        for fault in catalogue.faults(message)
    ]
    assert not poor, "\n".join(poor)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('raise UserError(f"{x} is 3, expected {y!r:>3}")', "{...} is 3, expected {...}"),
        ('raise errors.UserError("a" f"b {x}")', "ab {...}"),
        ('need(x > 0, f"x is {x}, expected more")', "x is {...}, expected more"),
        ('raise UserError("x is %s; give %d" % (a, b))', "x is {...}; give {...}"),
        ('fail("{}: x is {}".format(label, x))', "{...}: x is {...}"),
        ('raise UserError(("long text" if a else "short") + f" {x}")', "short {...}"),
        ('raise here.SmallError(f"{x} is small")', "{...} is small"),
        ('return UserError(f"{x} is 3, expected 4")', "{...} is 3, expected 4"),
    ],
)
def test_messages_are_read(tmp_path, source, text):
    errors = "class OwnError(Exception): ...\nclass SmallError(OwnError): ...\n"
    (tmp_path / "errors.py").write_text(errors + "class UserError(Exception): ...\n")
    (tmp_path / "a.py").write_text(f"def f():\n    {source}\n")
    [found] = catalogue.messages(tmp_path, ["a.py", "errors.py"])
    assert (found.path, found.line, found.text, found.built) == ("a.py", 2, text, False)


def test_a_message_made_elsewhere_is_told(tmp_path):
    (tmp_path / "a.py").write_text(
        "class UserError(Exception): ...\n"
        "raise UserError(explain(x))\nraise ValueError('no')\nneed(1)\n"
    )
    [found] = catalogue.messages(tmp_path, ["a.py"])
    assert found.built


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("a.py", "height must be above 0", "names nothing that was found"),
        ("a.py", "{...} is broken", "says neither what is expected nor what to do"),
        ("a.py", "{...} is 3,\nexpected 4", "is more than one line"),
        ("a.py", "{...} is 3, expected 4.", "ends like a sentence"),
        ("models/private/a.bzl", "`x` is {...}, expected 4", "does not begin with the target"),
        (
            "models/private/a.bzl",
            "{...}: something is wrong; set it",
            "names nothing that was found",
        ),
    ],
)
def test_a_poor_message_is_named(path, text, fault):
    [found] = catalogue.faults(catalogue.Message(path, 1, text))
    assert found.startswith(fault)


def test_a_good_message_has_no_fault():
    for path, text in (
        ("a.py", "labels {...} has {...} lines, expected {...}; give one a class"),
        ("models/private/a.bzl", "{...}: `count` is {...}, expected at least one image"),
        ("tools/android/repositories.bzl", "keytool is missing; ./bazelw installs one"),
    ):
        assert not list(catalogue.faults(catalogue.Message(path, 1, text)))
