"""Checks the commands of the documentation: labels, options, outputs, attributes, links."""

import ast
import functools
import pathlib
import re
from collections.abc import Iterator, Mapping, Sequence

import commands
import markdown_page
from commands import Command
from snippets import Snippets
from starlark import Workspace

# Pages that are made by programs, or of other times.
_LEFT_OUT = re.compile(r"^(CHANGELOG\.md|docs/python/|docs/rules/|benchmarks/|third_party/)")

# What runs on another machine, or with an account, program -> why it is not run here.
ELSEWHERE = {
    "adb": "a phone",
    "curl": "a Raspberry Pi",
    "open": "a Mac",
    "scp": "a Raspberry Pi",
    "ssh": "a Raspberry Pi",
    "swift": "a Mac, or //ios:swift_test",
    "systemctl": "a Raspberry Pi",
    "systemd-analyze": "a Raspberry Pi",
    "unzip": "a Mac",
    "xcrun": "a Mac",
}
# Ordinary commands of every machine, harmless to get wrong.
_ORDINARY = {"bash", "cd", "cp", "echo", "export", "git", "keytool", "mkdir"}

# Named in pages and not to be looked up in Bazel: loading them is a download of 514 MB, or works on a Mac only.
_NOT_ANALYSED = {"//ios:app", "//ios:app_library", "//ios:core", "//ios:swift_test"}

# Makers of files that pages name without naming their target.
_MORE_TARGETS = {"//models/digits:coreml_int8", "//models/digits:digits"}

# Outputs of targets that the guides put into other packages than the user's.
_MADE_BY_PAGES = {"ios/Flowers.swiftpm.zip"}

LABELS_FILE = "tools/docs/labels.bzl"

# The package of the user's own model in guides.
USERS_PACKAGE = "flowers"


class Documentation:
    """All pages of a workspace.

    Args:
      root: the workspace's folder.
      files: paths of its files, from which the pages are chosen.
    """

    def __init__(self, root: pathlib.Path, files: Sequence[str]):
        self.root = root
        self.pages: Mapping[str, markdown_page.Page] = {
            name: _parsed(root / name)
            for name in sorted(files)
            if name.endswith(".md") and not _LEFT_OUT.match(name)
        }
        self._generated = [name for name in files if re.match(r"docs/(python|rules)/", name)]
        self._snippets = Snippets(Workspace(root))

    def commands(self) -> Iterator[tuple[str, Command]]:
        """Return (page, command) of all commands."""
        programs = {*ELSEWHERE, "python3", "./runner"} - {"open", "swift", "unzip"}
        for name, page in self.pages.items():
            for command in commands.of_page(page, programs):
                yield name, command

    # Labels.

    def _is_here(self, label: str) -> bool:
        """Return whether a label can be found without Bazel: a pattern, a literal name or a file."""
        package, _, name = label[2:].partition(":")
        if package.endswith("...") or name in ("all", "*"):
            return (self.root / package.removesuffix("...") / "BUILD").exists() or package == "..."
        name = name or package.rpartition("/")[2]
        return (
            name in _declared(self.root / package / "BUILD")
            or (self.root / package / name).is_file()
        )

    def is_users(self, label: str) -> bool:
        """Return whether a label is of the package that the guides make."""
        return re.match(rf"//{USERS_PACKAGE}(:|$|/)", label) is not None

    def _labels(self) -> Iterator[tuple[str, Command, str]]:
        """Return (page, command, label) of Bazel's commands, but for what the pages themselves declare."""
        for page, command in self.commands():
            for label in command.labels() if command.is_bazel else ():
                package, _, name = label[2:].partition(":")
                users = label.endswith(":all") and self.is_users(label)
                if not users and name not in self._declared_in(package):
                    yield page, command, label

    def targets_for_bazel(self) -> list[str]:
        """Return the labels that Bazel must look up: built in a command, or not found in a BUILD file."""
        wanted = {
            label
            for _, command, label in self._labels()
            if not self.is_users(label) and not label.endswith(("...", ":all"))
            if "build" in command.own_words or not self._is_here(label)
        }
        return sorted(_MORE_TARGETS | wanted - _NOT_ANALYSED)

    # Complaints, one function a kind.

    def labels(self, known: set[str]) -> Iterator[str]:
        """Return the labels that no BUILD file, no snippet and no Bazel (`known`) has."""
        for page, command, label in self._labels():
            if self.is_users(label):
                yield f"{page}:{command.line}: no guide declares {label}"
            elif not self._is_here(label) and label not in known:
                yield f"{page}:{command.line}: there is no target {label}"

    def configs(self) -> Iterator[str]:
        """Return --config=NAME that .bazelrc does not have."""
        defined = set(
            re.findall(r"^\w+:(\w+) ", (self.root / ".bazelrc").read_text(), re.MULTILINE)
        )
        for page, command in self.commands():
            for word in command.words if command.is_bazel else ():
                name = word.removeprefix("--config=")
                if name != word and name not in defined:
                    yield f"{page}:{command.line}: .bazelrc has no --config={name}"

    def outputs(self, known: set[str]) -> Iterator[str]:
        """Return bazel-bin/... paths that no documented target makes."""
        for name in self.pages:
            text = (self.root / name).read_text("utf-8")
            for number, line in enumerate(text.splitlines(), 1):
                for path in re.findall(r"bazel-bin/([\w./<>-]*[\w>])", line):
                    users = path.startswith(USERS_PACKAGE + "/") or path in _MADE_BY_PAGES
                    if not users and path not in known:
                        yield f"{name}:{number}: no documented target makes bazel-bin/{path}"

    def programs(self) -> Iterator[str]:
        """Return commands of programs that are not listed."""
        known = {*ELSEWHERE, *_ORDINARY, "python3", "./runner"}
        for page, command in self.commands():
            first = command.words[0]
            script = first.startswith("tools/") and (self.root / first).is_file()
            if not command.is_bazel and first not in known and not script:
                yield f"{page}:{command.line}: {first} is not among the programs of guides.py"

    def _starlark(self) -> Iterator[tuple[str, markdown_page.Block, str]]:
        """Return (page, block, path of the file that it is part of)."""
        for name, page in self.pages.items():
            for block in page.blocks:
                language, _, path = block.info.partition(" ")
                if language == "starlark" or (language == "python" and "load(" in block.text):
                    yield name, block, path or f"{USERS_PACKAGE}/BUILD"

    def _declared_in(self, package: str) -> set[str]:
        """Return the names of the targets that pages put into a package."""
        return self._snippets.declared(
            [block for _, block, path in self._starlark() if path == f"{package}/BUILD"]
        )

    def snippets(self) -> Iterator[str]:
        """Return loads, rules and attributes that do not exist, and `:names` that no snippet declares."""
        declared = self._declared_in(USERS_PACKAGE)
        for page, block, path in self._starlark():
            folder, _, file = path.rpartition("/")
            for line, what in self._snippets.complaints(block, f"//{folder}:{file}"):
                yield f"{page}:{line}: {what}"
            if folder != USERS_PACKAGE:
                continue
            for line, name in self._snippets.own_labels(block):
                if name not in declared:
                    yield f"{page}:{line}: no guide declares :{name}"

    def links(self) -> Iterator[str]:
        """Return relative links to missing files or headings."""
        for name in [*self.pages, *self._generated]:
            for line, target in _parsed(self.root / name).links:
                if re.match(r"\w+:", target):
                    continue
                path, _, heading = target.partition("#")
                file = (self.root / name).parent / path if path else self.root / name
                if not file.exists():
                    yield f"{name}:{line}: {target} does not exist"
                elif heading and heading not in _parsed(file).anchors:
                    yield f"{name}:{line}: {target}: there is no such heading"

    def complaints(self, known: set[str], outputs: set[str]) -> list[str]:
        """Return all that is wrong.

        Args:
          known: labels that Bazel has.
          outputs: paths below bazel-bin that documented targets make.
        """
        kinds = [self.labels(known), self.outputs(outputs), self.configs(), self.links()]
        return [line for kind in [*kinds, self.programs(), self.snippets()] for line in kind]

    def blocks(self, language: str) -> Iterator[tuple[str, markdown_page.Block]]:
        """Return (page, block) of all blocks with this info string."""
        for name, page in self.pages.items():
            for block in page.blocks:
                if block.info == language:
                    yield name, block


@functools.cache
def _declared(build_file: pathlib.Path) -> frozenset[str]:
    """Return the names of targets that stand literally in a BUILD file."""
    if not build_file.exists():
        return frozenset()
    return frozenset(
        str(keyword.value.value)
        for node in ast.walk(ast.parse(build_file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    )


@functools.cache
def _parsed(page: pathlib.Path) -> markdown_page.Page:
    return markdown_page.parse(page.read_text("utf-8"))


def labels_file(documentation: Documentation) -> str:
    """Return the content of tools/docs/labels.bzl."""
    lines = [f'    "{label}",' for label in documentation.targets_for_bazel()]
    return (
        '"""Targets that the documentation names. Generated by `bazel run //docs:update`."""\n\n'
        "DOCUMENTED = [\n" + "\n".join(lines) + "\n]\n"
    )
