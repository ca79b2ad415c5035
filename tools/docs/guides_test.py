"""What the documentation tells people to type exists; the checks themselves go red on a page made wrong."""

import json
import os
import pathlib
import re
import subprocess
import sys

import guides
import markdown_page
import pages
import pytest
import workspace_files
import yaml
from commands import Command, split_command
from model_press.evaluate import coreml_eval
from model_press.formats import compressions, coreml_recipes, recipes
from model_press.formats.errors import UserError
from model_press.inspect import inspect_program
from model_press.process import command_line
from model_press.report import run_program
from model_press.search import search_program
from pi_runner import cli as pi_cli

ROOT = pathlib.Path(os.environ["MARKER"]).resolve().parent
_LABELS = pathlib.Path(os.environ["LABELS"]).read_text("utf-8").splitlines()
KNOWN = {line for line in _LABELS if line.startswith("//")}
OUTPUTS = {line.strip() for line in _LABELS if line.startswith("  ")}

# What the launchers of a model_report and a best_variant give before the user's own options.
_REPORT = ["--label=//x", "--facts=f", "--variant=v", "--manifest=m"]
_SEARCH = ["--label=//x", "--name=n", "--space=s", "--goal=size_ratio", "--out=o"]
_SEARCH += ["--model=m", "--info=i", "--labels=l", "--recipe=r", "--images=i", "--classes=c"]
_SEARCH += ["--baseline=b", "--baseline-manifest=m"]


PROGRAMS = {
    "//python:inspect": (inspect_program.COMMAND, []),
    "//python:coreml_eval": (coreml_eval.COMMAND, []),
    "report": (run_program.COMMAND, _REPORT),
    "search": (search_program.COMMAND, _SEARCH),
    "./runner": (None, []),
}
# They take none, or what their own tests cover.
_NOT_PARSED = re.compile(r"^//(tools|docs|:doctor|:release|benchmarks|rpi:deploy)")


@pytest.fixture(scope="module")
def documentation():
    return guides.Documentation(ROOT, workspace_files.list_files(ROOT))


def test_labels_bzl_is_that_of_the_pages(documentation):
    found = (ROOT / guides.LABELS_FILE).read_text("utf-8")
    assert found == guides.labels_file(documentation), "update it: bazel run //docs:update"


def test_pages(documentation):
    assert len(KNOWN) >= 8
    assert documentation.complaints(KNOWN, OUTPUTS) == []


def test_there_is_enough_to_check(documentation):
    commands = list(documentation.commands())
    assert sum(command.is_bazel for _, command in commands) > 60
    assert len(documentation.pages) > 15


def _parse(command: Command) -> None:
    """Gives a command's arguments to the program that it runs; argparse exits where they are wrong."""
    label = next(iter(command.labels()), "") if command.is_bazel else command.words[0]
    given = command.passed_on if command.is_bazel else command.words[1:]
    kind = re.search(r"[:.](report|search)$", label)
    name = kind[1] if kind else label
    if not given or _NOT_PARSED.match(label):
        return
    assert name in PROGRAMS, f"{' '.join(command.words)}: no parser is known for {label}"
    program, before = PROGRAMS[name]
    parser = command_line.parser(program) if program else pi_cli._parser()
    parser.parse_args([*before, *given])


def test_arguments_are_those_of_the_programs(documentation, capsys):
    parsed = 0
    for page, command in documentation.commands():
        if not (command.is_bazel and "run" in command.words) and command.words[0] != "./runner":
            continue
        try:
            _parse(command)
        except (SystemExit, UserError) as error:
            pytest.fail(f"{page}:{command.line}: {error} {capsys.readouterr().err}")
        parsed += 1
    assert parsed > 15


def test_commands_of_this_machines_python_run(documentation):
    ran = 0
    for page, command in documentation.commands():
        if command.words[0] == "python3":
            # What the script prints is its own tests' business; that it starts and knows its options is this one's.
            # Bazel 7 sets it for its tests; a shell does not.
            environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
            done = subprocess.run(
                [sys.executable, *command.words[1:]],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode in (0, 1) and "Traceback" not in done.stderr, (
                f"{page}:{command.line}: {done.stderr}"
            )
            ran += 1
    assert ran > 0


@pytest.mark.parametrize(
    ("language", "parse"),
    [
        ("json recipe", recipes.parse),
        ("json compression", compressions.parse),
        ("json coreml_recipe", coreml_recipes.parse),
    ],
)
def test_recipes_in_guides_are_accepted(documentation, language, parse):
    found = list(documentation.blocks(language))
    assert found
    for page, block in found:
        parse(json.loads(block.text), f"{page}:{block.line}")


@pytest.fixture(scope="module")
def github_steps():
    workflow = yaml.safe_load((ROOT / "docs/guides/github_actions.yml").read_text("utf-8"))
    return workflow["jobs"]["test"]["steps"]


@pytest.fixture(scope="module")
def guide_of_github():
    return (ROOT / "docs/guides/continuous_integration.md").read_text("utf-8")


def test_each_command_of_the_workflow_stands_in_the_guide(github_steps, guide_of_github):
    lines = [line for step in github_steps for line in step.get("run", "").splitlines()]
    commands = {line for line in lines if line.startswith("./bazelw")}
    assert len(commands) == 3
    assert commands <= {line.partition("#")[0].strip() for line in guide_of_github.splitlines()}


def test_each_artefact_of_the_workflow_stands_in_the_guide(github_steps, guide_of_github):
    [upload] = [step for step in github_steps if "upload-artifact" in step.get("uses", "")]
    for path in upload["with"]["path"].split():
        assert f"`{path}`" in guide_of_github


def test_every_decision_is_listed_and_numbered():
    folder = ROOT / "docs/adr"
    index = (folder / "README.md").read_text("utf-8")
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert len(records) >= 10
    for number, name in enumerate(records, 1):
        text = (folder / name).read_text("utf-8")
        title = re.match(r"# (\d+)\. (.+)\n", text)
        assert title and int(title[1]) == number == int(name[:3]), name
        assert f"| {number} | [{title[2]}]({name}) |" in index, name
        for heading in ("Context", "Decision", "Consequences"):
            assert f"\n## {heading}\n" in text, name


def test_the_picture_names_rules():
    picture = (ROOT / "docs/images/data_flow.svg").read_text("utf-8")
    named = set(re.findall(r'class="name"[^>]*>(\w+)<', picture)) - {"gates"}
    public = {item.name for items in pages.public_items(ROOT).values() for item in items}
    assert len(named) >= 10
    assert named <= public


# The checks go red.

_GOOD = {
    "README.md": "# Title\n\nRun `bazel build //a:b` or see [there](docs/x.md#sub-title).\n",
    "docs/x.md": "# X\n\n## Sub `title`!\n\n```sh\nbazel run --config=fast //a:b -- --out x  # bazel-bin/a/b\n```\n",
    "a/BUILD": 'thing(\n    name = "b",\n)\n',
    ".bazelrc": "build:fast --jobs=2\n",
}


def _documentation(tmp_path, **changed):
    for name, text in {**_GOOD, **changed}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in ("android", "ios", "models", "python", "rpi", "third_party", "tools"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return guides.Documentation(
        tmp_path, [name for name in {**_GOOD, **changed} if name.endswith(".md")]
    )


def test_a_good_page_has_no_complaint(tmp_path):
    assert _documentation(tmp_path).complaints(set(), {"a/b"}) == []


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("`bazel build //a:c`", "there is no target //a:c"),
        ("`bazel test //gone/...`", "there is no target //gone/..."),
        ("`bazel build --//a:flag=1 //a:b`", "there is no target //a:flag"),
        ("`bazel build --config=slow //a:b`", ".bazelrc has no --config=slow"),
        ("`bazel build //flowers:rose`", "no guide declares //flowers:rose"),
        ("It makes bazel-bin/a/c.", "no documented target makes bazel-bin/a/c"),
        ("[x](z.md)", "z.md does not exist"),
        ("[x](../README.md#other)", "../README.md#other: there is no such heading"),
        ("    frobnicate --all", "frobnicate is not among the programs"),
        ("@size_tests(", "size_tests is neither defined nor loaded"),
        ("@size_test(name = 'x', variant = ':y')", "no guide declares :y"),
        ("@size_test(name = 'x', max_size = 1, variant = 'y')", "size_test has no attribute max_size"),
        ("@size_test(name = 'x')", "size_test needs the attribute variant"),
        ("```starlark\nsize_test(\n```", "the snippet cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_page_is_named(tmp_path, page, complaint):
    if page.startswith("@"):  # a snippet that loads the rule it calls
        rule = page[1:].partition("(")[0]
        call = page[1:] if page.endswith(")") else ""
        page = f'```starlark\nload("//models:defs.bzl", "{rule}")\n{call}\n```'
    changed = _documentation(tmp_path, **{"docs/y.md": "# Y\n\n" + page + "\n"})
    [found] = changed.complaints(set(), {"a/b"})
    assert found.startswith("docs/y.md:3:") or "starlark" in page
    assert complaint in found


def test_wrong_arguments_of_a_program_are_refused():
    [words] = split_command("bazel run //python:inspect -- --explain model.tflite")
    with pytest.raises(UserError):
        _parse(Command(1, words))
    [words] = split_command("./runner sing photo.jpg")
    with pytest.raises(SystemExit):
        _parse(Command(1, words))


def test_commands_are_taken_apart():
    assert list(split_command("a 'b c' && d -- e  # f")) == [("a", "b c"), ("d", "--", "e")]
    command = Command(1, ("bazel", "query", 'attr(tags, "x", //a:all)', "--//b:c=//d:e"))
    assert sorted(command.labels()) == ["//a:all", "//b:c", "//d:e"]


def test_a_page_is_taken_apart():
    page = markdown_page.parse(
        "# A b\n\ntext `x y`\n\n    one\n    two\n\n1. item\n\n   ```sh\n   three\n   ```\n"
    )
    assert [(block.info, block.line, block.text) for block in page.blocks] == [
        ("", 5, "one\ntwo\n"),
        ("sh", 11, "three\n"),
    ]
    assert page.inline == ((3, "x y"),)
    assert page.anchors == {"a-b"}
