"""An edit of a gate, of the report or of a rewrite changes no input of another step's actions."""

import os
import pathlib

import pytest

FOLDER = pathlib.Path(os.environ["FOLDER"])


def _listed(name: str) -> list[str]:
    return (FOLDER / name).read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", os.environ["CASES"].split())
def test_no_other_step_needs_the_file(case):
    assert _listed(f"{case}_some")
    assert _listed(f"{case}_none") == []
