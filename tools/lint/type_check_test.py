"""The type check is red on an error, on one more than known and on a debt that is paid; and mypy reads our settings."""

import os
import pathlib

import mypy.api
import pytest
import type_check

CONFIG = os.environ["CONFIG"]


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "tools/lint").mkdir(parents=True)
    settings = pathlib.Path(CONFIG).read_text("utf-8")
    (tmp_path / "tools/lint/mypy.ini").write_text(settings)
    (tmp_path / type_check.DEBTS).write_text("# none\n")
    return tmp_path


def test_typed_files_are_clean(workspace):
    (workspace / "a.py").write_text("def f(x: int) -> int:\n    return x\n")
    (workspace / "a_test.py").write_text("def test():\n    1 + ''\n")
    assert type_check.check(workspace) == ([], 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def f(x):\n    return x\n", "no-untyped-def"),
        ("def f(x: int) -> str:\n    return x\n", "return-value"),
        ("def f(x: dict) -> None: ...\n", "type-arg"),
        ("import gone\n\ndef f() -> int:\n    return gone.x\n", "no-any-return"),
        ("def f(x: 'Gone') -> None: ...\n", "name-defined"),
    ],
)
def test_strict_mode(workspace, text, code):
    (workspace / "a.py").write_text(text)
    [complaint], _ = type_check.check(workspace)
    assert complaint.startswith("a.py:") and complaint.endswith(f"[{code}]")


def test_a_syntax_error_is_told(workspace):
    (workspace / "a.py").write_text("def f(:\n")
    complaints, _ = type_check.check(workspace)
    assert "a.py:1: error: " in complaints[0]


def test_folders_see_each_other_and_may_use_a_name_twice(workspace):
    for folder, text in {
        "python/model_press": "X: int = 1\n",
        "rpi/pi_runner": "from model_press import one\n\nY: int = one.X\n",
        "tools/a": "from model_press import one as x\n\nZ: int = x.X\n",
        "tools/b": "X: str = 'b'\n",
        "tools/c": "import two\n\nX: int = two.Y\n",
    }.items():
        (workspace / folder).mkdir(parents=True)
        (workspace / folder / "one.py").write_text(text)
    (workspace / "tools/c/two.py").write_text("Y = 3\n")
    assert type_check.check(workspace) == ([], 6)


def test_debts_are_compared(workspace):
    error = ("a.py", "arg-type", "a.py:1: error: bad  [arg-type]")
    known = type_check.read_debts("# comment\na.py: arg-type 1, misc 2\n")
    assert known == {("a.py", "arg-type"): 1, ("a.py", "misc"): 2}
    one = {("a.py", "arg-type"): 1}
    assert list(type_check.compare([error], one)) == []
    assert list(type_check.compare([error, error], one)) == [
        error[2],
        error[2],
        "a.py: 2 errors of arg-type, 1 are known; fix the new ones",
    ]
    [complaint] = type_check.compare([], one)
    assert complaint.startswith("a.py: 0 errors of arg-type, 1 are listed; lower that in ")


def test_mypys_own_failure_is_told(workspace, monkeypatch):
    (workspace / "a.py").write_text("")
    monkeypatch.setattr(mypy.api, "run", lambda words: ("", "mypy: no such option", 2))
    wrong, _ = type_check.check(workspace)
    assert wrong == ["mypy: no such option", "mypy itself failed"]
