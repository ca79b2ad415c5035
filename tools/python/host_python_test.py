"""The Python toolchain's files tell one interpreter from another, and set what the user asks for."""

import os
import pathlib
import subprocess
import sys
import sysconfig

import pytest
from repository_rules import Context, Failure, implementation

_RULE = implementation(os.environ["RULE"], "_host_python_impl")


def _fetch(folder: pathlib.Path, python: pathlib.Path, **environment: str) -> pathlib.Path:
    """The files that the rule makes for this interpreter."""
    folder.mkdir()
    _RULE(Context(folder, os.environ["PATH"], {"MODEL_PRESS_PYTHON": str(python), **environment}))
    return folder


def _interpreter(folder: pathlib.Path, version: str) -> pathlib.Path:
    """A stand-in at the same path on each of two machines: it answers the rule's question, with its own path."""
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\necho {program}\necho 3.11.2\necho '{version}'\n")
    program.chmod(0o755)
    return program


def test_two_builds_of_one_version_are_two_keys(tmp_path):
    first, second = (
        (_fetch(tmp_path / name, _interpreter(tmp_path, name)) / "python").read_text()
        for name in ("CPython 3.11.2 of one distribution", "CPython 3.11.2 of another")
    )
    assert "of one distribution" in first
    assert first != second


def test_the_interpreters_bytes_are_a_file_of_the_toolchain(tmp_path):
    files = _fetch(tmp_path / "fetched", pathlib.Path(sys.executable))
    assert (files / "interpreter").read_bytes() == pathlib.Path(sys.executable).read_bytes()
    assert '"interpreter"' in (files / "BUILD.bazel").read_text()


def test_the_identity_names_interpreter_library_and_machine(tmp_path):
    text = (_fetch(tmp_path / "fetched", pathlib.Path(sys.executable)) / "python").read_text()
    identity = text.splitlines()[1]
    assert identity.startswith("# CPython 3.")
    assert " ".join(sys.version.split()) in identity
    assert os.uname().machine in identity


def test_variables_reach_every_program(tmp_path):
    files = _fetch(
        tmp_path / "fetched",
        pathlib.Path(sys.executable),
        MODEL_PRESS_PYTHON_ENV="ONEDNN_MAX_CPU_ISA=AVX2 A_B=x;y",
    )
    source = "import os; print(os.environ['ONEDNN_MAX_CPU_ISA'], os.environ['A_B'])"
    shown = subprocess.check_output(["sh", files / "python", "-c", source], text=True)
    assert shown == "AVX2 x;y\n"


@pytest.mark.parametrize("word", ["AVX2", "=x", "1A=x", "A-B=x", "A='x'"])
def test_a_wrong_variable_is_refused(tmp_path, word):
    with pytest.raises(Failure, match="expected words NAME=VALUE"):
        _fetch(tmp_path / "fetched", pathlib.Path(sys.executable), MODEL_PRESS_PYTHON_ENV=word)


def test_no_package_folder_of_the_machine_is_on_the_path():
    machine = {sysconfig.get_path(name) for name in ("platlib", "purelib")}
    assert sys.flags.no_site
    assert not machine & set(sys.path)
    assert not [path for path in sys.path if path.endswith("dist-packages")]
