"""The example for GitHub Actions says the same as the guide, whose commands are checked against the build."""

import os
import pathlib

import yaml

_GUIDES = pathlib.Path(os.environ["MARKER"]).resolve().parent / "docs" / "guides"


def _steps() -> list[dict]:
    workflow = yaml.safe_load((_GUIDES / "github_actions.yml").read_text("utf-8"))
    return workflow["jobs"]["test"]["steps"]


def _guide() -> str:
    return (_GUIDES / "continuous_integration.md").read_text("utf-8")


def test_each_command_stands_in_the_guide():
    lines = [line for step in _steps() for line in step.get("run", "").splitlines()]
    commands = {line for line in lines if line.startswith("./bazelw")}
    assert len(commands) == 3
    assert commands <= {line.partition("#")[0].strip() for line in _guide().splitlines()}


def test_each_artefact_stands_in_the_guide():
    [upload] = [step for step in _steps() if "upload-artifact" in step.get("uses", "")]
    for path in upload["with"]["path"].split():
        assert f"`{path}`" in _guide()
