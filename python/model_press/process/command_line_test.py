"""command_line: parameter files, exit codes, one error line with the label."""

import argparse

import pytest

from model_press.formats.errors import ExitCode, UserError
from model_press.process import command_line


def _command(name: str, run) -> command_line.Command:
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--model", required=True)
        parser.add_argument("--out")

    return command_line.Command(name, "for this test", add_arguments, run)


def _run(*argv: str, run=lambda options, say: say(options.model)) -> tuple[int, list[str]]:
    lines: list[str] = []
    commands = (_command("predict", run), _command("image-set", run))
    return command_line.run(argv, lines.append, *commands, prog="both"), lines


def test_parameter_file_has_one_argument_a_line(tmp_path):
    parameters = tmp_path / "with space.params"
    parameters.write_text("predict\n--label=//a:b\n--model=a model\n")
    assert _run(f"@{parameters}") == (ExitCode.OK, ["a model"])


def test_a_program_of_one_command_takes_no_subcommand():
    lines: list[str] = []
    command = _command("predict", lambda options, say: say(options.model))
    assert command_line.run(["--model=m"], lines.append, command) == ExitCode.OK
    assert lines == ["m"]


@pytest.mark.parametrize("label", ["//models/x:set", "@//models/x:set", "@@//models/x:set"])
def test_user_error_is_one_line_with_the_label(label):
    def refuse(options, say):
        raise UserError("images are empty")

    for given in (["--label", label], [f"--label={label}"]):
        found = _run("predict", *given, "--model=m", run=refuse)
        assert found == (ExitCode.FAILED, ["ERROR //models/x:set: images are empty"])
    assert _run("predict", "--model=m", run=refuse) == (1, ["ERROR images are empty"])


@pytest.mark.parametrize(
    "argv, said",
    [
        (["no-such"], "no-such"),
        (["predict", "--label", "//a:b"], "--model"),
        (["image-set", "--label", "//a:b", "--model=m", "--bogus"], "--bogus"),
        ([], "SUBCOMMAND"),
    ],
)
def test_wrong_arguments_are_one_line(argv, said):
    code, lines = _run(*argv)
    assert code == ExitCode.USAGE and len(lines) == 1
    assert lines[0].startswith("ERROR ") and said in lines[0]


def test_a_parameter_file_that_is_missing_is_one_line():
    code, lines = _run("@/no/such/file")
    assert code == ExitCode.FAILED and len(lines) == 1
    assert lines[0].startswith("ERROR ") and "/no/such/file" in lines[0]


def test_help_ends_no_worker(capsys):
    assert _run("predict", "--help") == (ExitCode.OK, [])
    assert "--model" in capsys.readouterr().out


def test_an_internal_error_hints_at_the_traceback(monkeypatch):
    def broken(options, say):
        raise RuntimeError("two\nlines")

    monkeypatch.delenv(command_line.VERBOSE_VARIABLE, raising=False)
    arguments = ("predict", "--label", "//a:b", "--model=m")
    code, lines = _run(*arguments, run=broken)
    assert code == ExitCode.FAILED
    assert lines == [
        "ERROR //a:b: internal error RuntimeError: two lines (set MODEL_PRESS_VERBOSE=1, with Bazel "
        "--action_env=MODEL_PRESS_VERBOSE=1, for the traceback)"
    ]
    _, lines = _run(*arguments, "--verbose", run=broken)
    assert "Traceback" in lines[1]
    monkeypatch.setenv(command_line.VERBOSE_VARIABLE, "1")
    _, lines = _run(*arguments, run=broken)
    assert "Traceback" in lines[1]


@pytest.mark.parametrize(
    "error, said",
    [
        (OSError(28, "No space left on device", "o.npy"), "No space left on device: o.npy"),
        (MemoryError(), "out of memory; close other programs or build with --jobs=1"),
    ],
)
def test_what_the_machine_lacks_is_one_line(error, said):
    def fail(options, say):
        raise error

    found = _run("predict", "--label=//m:x", "--model=m", run=fail)
    assert found == (ExitCode.FAILED, [f"ERROR //m:x: {said}"])
