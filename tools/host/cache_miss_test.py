"""Two machines share a disk cache: the one with another program does not get the first one's result.

Runs the Bazel of this machine on a workspace of a few lines that takes host_tools.bzl.
"""

import os
import pathlib
import re
import shutil
from collections.abc import Iterator

import pytest
from nested_bazel import NestedBazel

_TOOLS = """
host_tools(name = "host_tools", folders = ["{folder}"], groups = {{"tool": ["stamp"]}})
"""
_WORKSPACE = 'workspace(name = "small")\n\nload("//:host_tools.bzl", "host_tools")\n'
_MODULE = (
    'module(name = "small")\n\nhost_tools = use_repo_rule("//:host_tools.bzl", "host_tools")\n'
)

# As rules of the tree do it: the program is named by its place on the machine, its file is an input.
_RULES = """\
def _impl(ctx):
    ctx.actions.run(
        executable = "{folder}/stamp",
        arguments = [ctx.outputs.out.path],
        inputs = ctx.files.tools,
        outputs = [ctx.outputs.out],
    )

stamped = rule(implementation = _impl, attrs = {{"out": attr.output(), "tools": attr.label_list(allow_files = True)}})
"""

_BUILD = """\
load("//:rules.bzl", "stamped")

stamped(name = "honest", out = "honest.txt", tools = ["@host_tools//:tool"])

stamped(name = "careless", out = "careless.txt")
"""


class Machine:
    """A machine with a program `stamp`, and a Bazel."""

    def __init__(self, folder: pathlib.Path):
        self._folder = folder
        self._tools = folder / "tools"
        self._tools.mkdir()
        self._workspace = folder / "workspace"
        self._workspace.mkdir()
        texts = {
            "WORKSPACE": _WORKSPACE + _TOOLS,
            "MODULE.bazel": _MODULE + _TOOLS,
            "rules.bzl": _RULES,
            "BUILD": _BUILD,
        }
        for name, text in texts.items():
            (self._workspace / name).write_text(text.format(folder=self._tools))
        shutil.copy(os.environ["RULE"], self._workspace / "host_tools.bzl")
        self.bazel = NestedBazel(self._workspace, folder / "base")

    def install(self, version: str) -> None:
        program = self._tools / "stamp"
        program.write_text(f'#!/bin/sh\necho {version} >"$1"\n')
        program.chmod(0o755)

    def build(self, target: str) -> tuple[str, bool]:
        """(what the target's program wrote, whether it came from the cache)."""
        printed = self.bazel.run(
            "build",
            f"--disk_cache={self._folder / 'cache'}",
            "--color=no",
            "--spawn_strategy=local",  # a sandbox may have a /tmp of its own
            "--symlink_prefix=/",
            f"//:{target}",
        )
        [out] = (self._folder / "base" / "execroot").glob(f"*/bazel-out/*/bin/{target}.txt")
        return out.read_text().strip(), bool(re.search(r"\d+ (disk|remote) cache hit", printed))


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("machine"))
    yield made
    made.bazel.close()


def test_another_program_is_another_key(machine):
    machine.install("1")
    assert machine.build("honest") == ("1", False)
    machine.install("2")
    assert machine.build("honest") == ("2", False)
    machine.bazel.run("clean")
    machine.install("1")
    assert machine.build("honest") == ("1", True)
    machine.bazel.run("clean")
    machine.install("3")
    assert machine.build("honest") == ("3", False)


def test_without_the_input_the_cache_is_poisoned(machine):
    machine.install("1")
    assert machine.build("careless") == ("1", False)
    machine.bazel.run("clean")
    machine.install("2")
    assert machine.build("careless") == ("1", True)
