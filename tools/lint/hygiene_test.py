"""Each fault is found in a file that holds it, and an ordinary file passes."""

import hygiene
import pytest

_HOSTS = [host.replace(" ", ".") for host in hygiene._REGISTRY_HOSTS]
_BINARIES = [
    "a",
    "aar",
    "apk",
    "class",
    "deb",
    "dex",
    "dll",
    "dylib",
    "exe",
    "h5",
    "jar",
    "keras",
    "keystore",
    "mlmodel",
    "o",
    "onnx",
    "pb",
    "pt",
    "pyc",
    "safetensors",
    "so",
    "tflite",
    "whl",
]
# In pieces, so that this file passes the check.
_BAD = "The statistics are taken " + "ane" + "w."


@pytest.fixture
def complaints(tmp_path):
    def check(name: str, content: str | bytes) -> list[str]:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return list(hygiene.complaints(tmp_path, name))

    return check


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", ""),
        ("a.txt", "plain text, pip and apt-get\n"),
        ("a.txt", 'cp "$dir/root/x" build/work/y ~/work/z\n'),
        ("a.txt", "copypi.organic\nmy-crates.iota\n"),
        ("a.md", "https://example.com/\n"),
        ("a.png", b"\x89PNG\0\r\n"),
        ("a.bin", b"\0" * hygiene.MAX_BYTES),
        ("a.bzl", 'load("@rules_python//python:defs.bzl", "PyInfo")\n\nx = PyInfo\n'),
        ("a.py", "shee" + "t = ane" + "w = 1\n"),
        (
            "a.md",
            "There is no file. It is no longer there, and is no larger. Not so many files.\n",
        ),
    ],
)
def test_ordinary_files_pass(complaints, name, content):
    assert complaints(name, content) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        *(
            ("a.txt", f"one\nsee http://x.{host}/y\n", "a.txt:2: names the registry host ")
            for host in _HOSTS
        ),
        *(
            (name, '{"resolved": "https://example.com/x"}\n', f"{name}:1: a URL in a lock file")
            for name in ("npm_lock.json", "requirements_lock.txt", "lock.json")
        ),
        *(
            ("a.py", f'open("/{folder}/x")\n', "is a path of one machine")
            for folder in ("work", "root", "home/ann", "Users/ann")
        ),
        ("a.bin", b"\0" * (hygiene.MAX_BYTES + 1), f"a.bin: {hygiene.MAX_BYTES + 1} bytes"),
        *(("a." + suffix, b"\0", "make it in the build") for suffix in _BINARIES),
        *(
            ("a.txt", mark * 7 + " HEAD\n", "a.txt:1: a merge conflict's mark")
            for mark in ("<", ">", "|")
        ),
        ("a.txt", "x", "a.txt: no newline at its end: add one"),
        ("a.txt", "x\r\n", "a.txt: Windows line ends: convert them"),
        ("BUILD", 'genrule(name = "a", exec_tools = [":b"])\n', "exec_tools ="),
        ("a.bzl", 'a = attr.label(cfg = "host")\n', 'cfg = "host"'),
        ("a.bzl", 'a = ["@local_config_platform//:host"]\n', "@local_config_platform//"),
        ("a.bzl", "def f(ctx):\n    return ctx.host_fragments.java\n", "a.bzl:2: host_fragments"),
        ("a.bzl", "a = PyInfo\n", "PyInfo is not loaded"),
        ("a.py", f'def f():\n    """Return x.\n\n    {_BAD}\n    """\n', "a.py:4: 'ane"),
        ("a.py", f"x = 1  # {_BAD}\n", "a.py:1: 'ane"),
        ("a.bzl", f'f = rule(doc = "{_BAD}")  # fine\n', "a.bzl:1: 'ane"),
        ("a.bzl", f"f = 1\n# {_BAD}\n", "a.bzl:2: 'ane"),
        ("a.md", f"{_BAD}\n\n```sh\n{_BAD}\n```\n\n`{_BAD}`\n", "a.md:1: 'ane"),
        ("a.md", "every so man" + "ieth run\n", "every N-th"),
        ("a.md", "a shee" + "t of facts\n", "manifest"),
        ("a.md", "so man" + "y files\n", "a number"),
        ("a.md", "who" + "ever asks\n", "name who"),
        ("a.md", "what" + "ever it is\n", "any, or"),
        ("a.md", "some" + "body\n", "name who"),
        ("a.md", "it is no" + " file\n", "is not a"),
    ],
)
def test_a_fault_is_found(complaints, name, content, complaint):
    [found] = complaints(name, content)
    assert complaint in found
