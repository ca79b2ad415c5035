"""The programs that docs/versions.md calls public, with their descriptions and options."""

import pathlib

import programs
import python_api
import release
from model_press.coreml import eval_main
from model_press.inspect import inspect_main
from model_press.report import tool as report_tool
from model_press.search import main as search_main

from rpi.private import deploy

# What a user gives to the program of a target; the rest is given by its rule.
REPORT = ("--out", "--metrics", "--device", "--rounds")
SEARCH = ("--trials", "--exhaustive", "--seed", "--state")


def public(root: pathlib.Path) -> dict[str, programs.Program]:
    """Return the public programs by target."""
    doctor = python_api.doc(python_api.read(root / "tools", "doctor.doctor"))
    return {
        "//python:inspect": programs.of(inspect_main.parser()),
        "//python:coreml_eval": programs.of(eval_main.parser()),
        "a model_report": programs.of(
            programs.subcommand(report_tool.parser(), "run"),
            "Measures on this machine and writes the full report.",
            REPORT,
        ),
        "a best_variant's `.search`": programs.of(
            programs.subcommand(search_main.parser(), "run"),
            "Tries points of the space, measures them and writes the lock.",
            SEARCH,
        ),
        "a pi_deploy": programs.of(deploy.parser()),
        "//:doctor": programs.Program(doctor, ()),
        "//:release": programs.of(release.parser()),
    }
