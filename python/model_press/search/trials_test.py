"""What a trial's programs say decides whether the point failed or the machine did."""

import signal
import sys
import textwrap

import pytest

from model_press.formats.errors import UserError
from model_press.search import trials


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Makes a module of the given text that a trial can run, and gives its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(text):
        (tmp_path / "a_program.py").write_text(textwrap.dedent(text))
        return "a_program"

    return make


def test_a_refusal_is_the_points_own(program):
    name = program("import sys; sys.exit('ERROR //m:x: layer `a` keeps no channels')")
    with pytest.raises(trials.NoVariantError, match="^//m:x: layer `a` keeps no channels$"):
        trials._run(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            f"code -{signal.SIGKILL:d}, expected 0; ",
        ),
        ("raise MemoryError('no more')", "code 1, expected 0: MemoryError: no more; "),
        ("print('ERROR x'); raise SystemExit(3)", "code 3, expected 0: ERROR x; "),
    ],
)
def test_a_breakdown_ends_the_search(program, text, said):
    with pytest.raises(UserError) as caught:
        trials._run(program(text))
    assert not isinstance(caught.value, trials.NoVariantError)
    assert str(caught.value).startswith(f"a_program ended with exit {said}the trial is not counted")


def test_a_good_program_gets_its_arguments(program, tmp_path):
    name = program("import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])")
    trials._run(name, str(tmp_path / "out"), "said")
    assert (tmp_path / "out").read_text() == "said" and str(tmp_path) in sys.path
