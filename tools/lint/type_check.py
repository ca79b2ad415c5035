"""Checks the types of all Python sources but tests with mypy in strict mode: `bazel test //tools/lint:type_check`.

What mypy found when this check was introduced, nearly all in files whose edit trains or converts models again, is
listed in type_debts.txt. More than that is red; so is less, until the list says so.
"""

import argparse
import collections
import importlib.util
import pathlib
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

import lint
import mypy.api
import workspace_files

DEBTS = "tools/lint/type_debts.txt"

_CONFIG = "tools/lint/mypy.ini"
# Folders that imports begin at; every other folder is one of its own.
_ROOTS = {
    "android/private/": ".",
    "benchmarks/": ".",
    "ios/private/": ".",
    "models/": ".",
    "python/": "python",
    "rpi/pi_runner/": "rpi",
    "rpi/private/": ".",
    "schemas/": ".",
}
_ERROR = re.compile(r"^([^:\n]+):\d+: error: .*\[([a-z-]+)\]$", re.MULTILINE)

# (path, mypy's code) -> how many.
Counts = Mapping[tuple[str, str], int]


def root_of(path: str) -> str:
    """Return the folder that a file's imports begin at."""
    for prefix, root in _ROOTS.items():
        if path.startswith(prefix):
            return root
    return path.rpartition("/")[0] or "."


def groups(paths: Iterable[str]) -> list[list[str]]:
    """Split files, folder by folder, into few groups in which no two would be the same module."""
    by_root: dict[str, list[str]] = collections.defaultdict(list)
    for path in sorted(paths):
        by_root[root_of(path)].append(path)
    # All other roots lie below the workspace's own, so its files are a group by themselves.
    top = by_root.pop(".", [])
    made: list[tuple[set[str], list[str]]] = []
    for root, inside in by_root.items():
        modules = {path.removeprefix(root + "/") for path in inside}
        free = [each for each in made if not each[0] & modules]
        if not free:
            free = [(set(), [])]
            made += free
        taken, group = free[0]
        taken |= modules
        group += inside
    return [group for _, group in made] + ([top] if top else [])


def read_debts(text: str) -> Counts:
    """Read lines `PATH: CODE COUNT, CODE COUNT`; comments begin with #."""
    counts: dict[tuple[str, str], int] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            path, _, listed = line.partition(": ")
            for item in listed.split(", "):
                code, count = item.split(" ")
                counts[path, code] = int(count)
    return counts


def compare(found: Sequence[tuple[str, str, str]], debts: Counts) -> Iterator[str]:
    """Return the errors beyond the debts, and the debts that are paid and still listed."""
    lines = collections.defaultdict(list)
    for path, code, line in found:
        lines[path, code].append(line)
    for path, code in sorted({*lines, *debts}):
        here, listed = lines[path, code], debts.get((path, code), 0)
        if len(here) > listed:
            yield from here
            if listed:
                yield f"{path}: {len(here)} errors of {code}, {listed} are known; fix the new ones"
        elif len(here) < listed:
            yield f"{path}: {len(here)} errors of {code}, {listed} are listed; lower that in {DEBTS}"


def _typed_packages() -> list[str]:
    """Return the folders of the packages that declare their types and are worth reading."""
    specs = [importlib.util.find_spec(name) for name in ("numpy", "PIL")]
    return [str(pathlib.Path(spec.origin).parents[1]) for spec in specs if spec and spec.origin]


def check(root: pathlib.Path, stubs: Sequence[str] = ()) -> tuple[list[str], int]:
    """Run mypy on the sources of the workspace `root`.

    Args:
      root: the workspace's folder.
      stubs: folders of packages that declare their types.
    Returns:
      What is wrong, line by line, and how many files were read.
    """
    files = [
        path
        for path in workspace_files.list_files(root)
        if path.endswith(".py") and not path.endswith("_test.py")
    ]
    found: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as cache:
        config = pathlib.Path(cache, "mypy.ini")
        for group in groups(files):
            folders = [str(root / folder) for folder in dict.fromkeys(map(root_of, group))]
            # Behind the group's own, what it imports of the others.
            others = [
                str(root / folder)
                for folder in dict.fromkeys(map(root_of, files))
                if not any(path.startswith(f"{folder}/") for path in group)
            ]
            search = ":".join(dict.fromkeys([*folders, *others, *stubs]))
            text = (root / _CONFIG).read_text("utf-8")
            config.write_text(text.replace("[mypy]\n", f"[mypy]\nmypy_path = {search}\n", 1))
            options = [f"--config-file={config}", f"--cache-dir={cache}", "--no-error-summary"]
            printed, own, code = mypy.api.run([*options, *(str(root / path) for path in group)])
            printed = printed.replace(f"{root}/", "")
            if code not in (0, 1) or own:
                return [*printed.splitlines(), *own.splitlines(), "mypy itself failed"], len(files)
            found += [(error[1], error[2], error[0]) for error in _ERROR.finditer(printed)]
    found = list(dict.fromkeys(found))  # two groups may import the same file
    return list(compare(found, read_debts((root / DEBTS).read_text("utf-8")))), len(files)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marker", required=True, help="a file at the workspace's root")
    options = parser.parse_args(argv)
    root = lint.find_root(options.marker)
    wrong, read = check(root, _typed_packages())
    print("\n".join([*wrong, f"mypy: {read} files read, {len(wrong)} complaints"]))
    return int(bool(wrong or not read))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
