"""The programs that docs/versions.md calls public, with their descriptions and options."""

import pathlib
from collections.abc import Sequence

import python_api
import release
from model_press.evaluate import coreml_eval
from model_press.inspect import inspect_program
from model_press.process import command_line
from model_press.report import run_program
from model_press.search import search_program

from rpi.private import deploy

# What a user gives to the program of a target; the rest is given by its rule.
REPORT = ("--out", "--metrics", "--device", "--rounds")
SEARCH = ("--trials", "--exhaustive", "--seed", "--state")


def _of(
    command: command_line.Command, text: str = "", only: Sequence[str] = ()
) -> python_api.Program:
    return python_api.program(command_line.parser(command), text, only)


def public(root: pathlib.Path) -> dict[str, python_api.Program]:
    """Return the public programs by target."""
    doctor = python_api.doc(python_api.read(root / "tools", "doctor.doctor"))
    return {
        "//python:inspect": _of(inspect_program.COMMAND),
        "//python:coreml_eval": _of(coreml_eval.COMMAND),
        "a model_report": _of(
            run_program.COMMAND,
            "Measures on this machine and writes the full report.",
            REPORT,
        ),
        "a best_variant's `.search`": _of(
            search_program.COMMAND,
            "Tries points of the space, measures them and writes the lock.",
            SEARCH,
        ),
        "a pi_deploy": python_api.program(deploy.parser()),
        "//:doctor": python_api.Program(doctor, ()),
        "//:release": python_api.program(release.parser()),
    }
