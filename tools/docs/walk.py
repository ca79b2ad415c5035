"""Follows the guides as a newcomer does: writes the files that they show and runs their commands, page by page.

`bazel run //tools/docs:walk -- CLONE` does it in a clone, which it edits, and prints a table of times.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import guides
import markdown_page
import workspace_files
from commands import Command
from model_press.process import user_path

# In the order of a first hour.
PAGES = (
    "README.md",
    "docs/guides/README.md",
    "docs/guides/bring_your_own_model.md",
    "docs/guides/choose_a_variant.md",
    "docs/guides/read_the_report.md",
    "docs/guides/accuracy_fell.md",
    "docs/guides/add_a_recipe.md",
    "docs/camera_input.md",
    "docs/memory.md",
    "docs/guides/ship_to_play.md",
    "docs/guides/ship_to_app_store.md",
    "docs/guides/ship_to_pi_fleet.md",
    "docs/guides/move_here.md",
    "docs/guides/depend_on_model_press.md",
    "docs/guides/continuous_integration.md",
    "docs/guides/add_a_rule.md",
    "docs/guides/add_a_gate.md",
    "docs/guides/add_a_rewrite.md",
    "docs/guides/add_a_client.md",
    "CONTRIBUTING.md",
)

# What a reader has of his own -> what the walk has.
STAND_INS = {
    "model.tflite": "bazel-bin/models/digits/digits_int8.tflite",
    "MODEL.mlpackage": "bazel-bin/models/digits/digits_coreml_int8.mlpackage",
    "photo.jpg": f"{guides.USERS_PACKAGE}/evaluation/rose/1.jpg",
    "phone_metrics.json": "phone/metrics.json",
    "metrics.json": "phone/metrics.json",
    "app/src/main/assets/": guides.USERS_PACKAGE,
}

# Makes the stand-ins, and the reader's own folder: his net, class names and pictures.
PREPARATION = (
    ("bazel", "build", "//models/digits:int8", "//models/digits:coreml_int8"),
    ("bazel", "run", "//models/digits:report", "--", "--out", "phone"),
    ("bazel", "run", "//tools/docs:make_flowers", "--", guides.USERS_PACKAGE),
)

# Commands that the walk leaves out, as regular expressions -> why, and what runs them instead.
LEFT_OUT = {
    r"(\./bazelw|bazel) test (--test_tag_filters=\S+ )?(//(\w+/)?\.\.\. ?)+": "every test of the tree: .ci/run",
    r"(\./bazelw|bazel) test --config=full //\.\.\.": "hours; this test is one of them",
    "bazel test --config=full //e2e:consumer_test": "a full test of its own",
    "bazel test --config=full //tools/docs:walk_test": "this test itself",
    "bazel run //tools/ci:reproducible -- --out /tmp/twice": "builds everything twice",
    "bazel run //benchmarks/builds:build": "measures for minutes; //benchmarks/builds:build_test",
    "bazel run //models/digits:best.search -- --trials 12": "trains; //python/model_press/search:search_test",
    "bazel run (//models/xception:report|//android/core:camera_benchmark|//benchmarks:.*)": "measures for minutes",
    "bazel run //rpi:deploy -- .*": "a Raspberry Pi; //rpi/tests:deploy_test has a stand-in",
    "bazel run @model_press//:doctor": "in the consumer's workspace; //e2e:consumer_test",
    "bazel run //.*:lock( -- .*)?": "asks a package registry and writes the lock; //tools/maven:lock_test",
    "bazel run //:release -- --out /tmp/releases": "wants committed files; //tools/release:release_test",
    "git diff --exit-code": "the walk has written files",
    "bazel test //android/tests:agreement_test": "2,000 pictures in Java and Python; in the default tests",
    "bazelisk build //ios:app": "a Mac",
    "python3 tools/ci/summary.py EVENTS.json": "//tools/ci:ci_test",
}
# Programs for another machine.
_ELSEWHERE = {**guides.ELSEWHERE, "./runner": "a Raspberry Pi; //rpi/tests run it emulated"}


@dataclasses.dataclass(frozen=True)
class Write:
    """A file, or a part of a BUILD file, that a page shows. path: relative to the workspace."""

    page: str
    line: int
    path: str
    text: str


@dataclasses.dataclass(frozen=True)
class Run:
    """A command of a page. left_out: why the walk does not run it; empty where it does."""

    page: str
    line: int
    words: tuple[str, ...]
    left_out: str

    def __str__(self) -> str:
        return " ".join(self.words)


def _why_not(command: Command) -> str:
    text = " ".join(command.words)
    reasons = (why for pattern, why in LEFT_OUT.items() if re.fullmatch(pattern, text))
    return next(reasons, _ELSEWHERE.get(command.words[0], ""))


def _is_mention(command: Command) -> bool:
    """Return a Bazel command without anything to build: the text speaks of it."""
    return (
        command.is_bazel
        and len(command.words) == 2
        and command.words[1] in ("build", "run", "test")
    )


def _path(block: markdown_page.Block) -> str:
    """Return the file that a block is, or belongs to; empty for none."""
    language, _, rest = block.info.partition(" ")
    if language == "starlark":
        return rest
    if language == "json" and rest:
        return f"{guides.USERS_PACKAGE}/{json.loads(block.text)['name']}.json"
    return ""


def steps(documentation: guides.Documentation, page: str) -> list[Write | Run]:
    """Return the files and commands of a page, in order."""
    found: list[Write | Run] = [
        Write(page, block.line, _path(block), block.text)
        for block in documentation.pages[page].blocks
        if _path(block)
    ]
    found += [
        Run(page, command.line, command.words, _why_not(command))
        for name, command in documentation.commands()
        if name == page and not _is_mention(command)
    ]
    return sorted(found, key=lambda step: step.line)


def merge(old: str, new: str) -> str:
    """Insert a page's snippet into a BUILD file: one load per file, a target of the same name replaced."""
    loads: dict[str, set[str]] = {}
    targets: dict[str, str] = {}
    for text in (old, new):
        for call in re.findall(r"^[a-z_]+\(.*?\)\s*?$|^[a-z_]+\(\n.*?^\)$", text, re.M | re.S):
            if call.startswith("load("):
                label, *names = re.findall(r'"([^"]+)"', call)
                loads.setdefault(label, set()).update(names)
            else:
                name = re.search(r'\bname = "([^"]+)"', call)
                targets[name[1] if name else call.partition("(")[0]] = call
    head = "".join(
        f"load({', '.join(json.dumps(word) for word in (label, *sorted(names)))})\n"
        for label, names in sorted(loads.items())
    )
    return head + "".join(f"\n{call}\n" for call in targets.values())


def write(root: pathlib.Path, step: Write) -> None:
    """Put a page's file where the page says."""
    path = root / step.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "BUILD" and step.path.startswith(guides.USERS_PACKAGE):
        path.write_text(merge(path.read_text("utf-8") if path.exists() else "", step.text), "utf-8")
    elif not path.exists():
        path.write_text(step.text, "utf-8")
    elif "model_press" not in step.text:  # else it is of the reader's own repository
        path.write_text(path.read_text("utf-8") + "\n" + step.text, "utf-8")


@dataclasses.dataclass(frozen=True)
class Done:
    """A finished command. seconds: wall-clock. said: its output, if it failed."""

    step: Run
    seconds: float
    said: str = ""


_REDIRECTIONS = {">", ">>"}


def _as_run(words: Sequence[str]) -> list[str]:
    """Return the words to execute, by a shell where one writes into a file."""
    given = [STAND_INS.get(word, word) for word in words]
    if not _REDIRECTIONS & {*given}:
        return given
    quoted = [word if word in _REDIRECTIONS else shlex.quote(word) for word in given]
    return ["bash", "-c", " ".join(quoted)]


Runner = Callable[[Sequence[str]], tuple[int, str]]


def walk(root: pathlib.Path, pages: Sequence[str], run: Runner) -> Iterator[Done]:
    """Follow pages, each command once until a file changes.

    Args:
      root: a clone's folder, which is edited.
      pages: paths of pages.
      run: takes words, returns the exit code and what was printed.
    """
    documentation = guides.Documentation(root, workspace_files.list_files(root))
    prepared = (root / guides.USERS_PACKAGE / f"{guides.USERS_PACKAGE}.keras").exists()
    ran: set[tuple[str, ...]] = set()
    for page in pages:
        for step in steps(documentation, page):
            if isinstance(step, Write):
                write(root, step)
                ran.clear()
                continue
            if step.left_out or step.words in ran:
                continue
            todo = [step]
            needs_stand_ins = not STAND_INS.keys().isdisjoint(step.words)
            if not prepared and (guides.USERS_PACKAGE in str(step) or needs_stand_ins):
                prepared = True
                todo = [*(Run("", 0, words, "") for words in PREPARATION), step]
            for each in todo:
                ran.add(each.words)
                begun = time.monotonic()
                code, said = run(_as_run(each.words))
                yield Done(each, time.monotonic() - begun, said if code else "")


def runner(root: pathlib.Path, environment: Mapping[str, str]) -> Runner:
    """Return a runner of commands in a folder."""

    def run(words: Sequence[str]) -> tuple[int, str]:
        print("$", *words, flush=True)
        ended = subprocess.run(
            words,
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return ended.returncode, ended.stdout

    return run


def table(done: Sequence[Done]) -> str:
    """Return a Markdown table of each command and its seconds."""
    return markdown_page.table(
        ["page", "command", "seconds"],
        [
            (each.step.page or "(the reader has)", f"`{each.step}`", f"{each.seconds:.0f}")
            for each in done
        ],
    )


def main(argv: list[str]) -> int:
    """Run the program; return 1 if a command fails."""
    parser = argparse.ArgumentParser(prog="walk", description=__doc__)
    parser.add_argument("clone", help="folder of a clone, which is edited")
    parser.add_argument("pages", nargs="*", help="paths of pages, all in their order by default")
    options = parser.parse_args(argv)
    root = pathlib.Path(user_path.resolve(options.clone)).resolve()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("BUILD_W")
    }
    done = []
    for each in walk(root, options.pages or PAGES, runner(root, environment)):
        done.append(each)
        print(f"  {each.seconds:.1f} s{' FAILED' if each.said else ''}\n{each.said}", flush=True)
    print(table(done))
    return int(any(each.said for each in done))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
