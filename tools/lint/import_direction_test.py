"""Imports of model_press go one way, in no circle; a planted back edge is found."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
CONFIG = ROOT / "tools/lint/imports.ini"
_LINT = """
import sys
from importlinter import cli
sys.exit(cli.lint_imports(config_filename=sys.argv[1], no_cache=True))
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package without its tests, which may import from any room."""
    ignored = shutil.ignore_patterns("*_test.py", "__pycache__", "BUILD")
    return shutil.copytree(ROOT / "python/model_press", tmp_path / "model_press", ignore=ignored)


def _lint(package: pathlib.Path) -> tuple[int, str]:
    path = os.pathsep.join([str(package.parent), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", _LINT, str(CONFIG)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_imports_go_down(package):
    code, said = _lint(package)
    assert (code, "Imports go down KEPT" in said) == (0, True), said


@pytest.mark.parametrize(
    "lower, upper",
    [
        ("formats/errors.py", "images.npy"),
        ("convert/convert.py", "gates.result"),
        ("tflite/reader.py", "keras_io.load"),
        ("process/worker.py", "convert.convert"),
    ],
)
def test_a_back_edge_is_named(package, lower, upper):
    with open(package / lower, "a", encoding="utf-8") as file:
        file.write(f"\n\ndef planted():\n    import model_press.{upper}\n")
    code, said = _lint(package)
    module = "model_press." + lower.removesuffix(".py").replace("/", ".")
    assert code == 1 and "BROKEN" in said
    assert module in said and f"model_press.{upper}" in said


def test_a_room_without_a_layer_is_named(package):
    (package / "attic").mkdir()
    (package / "attic/__init__.py").touch()
    code, said = _lint(package)
    assert code == 1 and "attic" in said
