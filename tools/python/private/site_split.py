"""Splits `pip install --target` folders into a folder and a py_library per package.

Standard library and pip's own copy of `packaging` only: nothing else exists yet when this runs.
"""

import csv
import importlib.metadata
import pathlib
import re
from collections.abc import Sequence

from pip._vendor.packaging import requirements

# Paths in site-packages that no program of the build reads: TensorFlow's C++ headers and the packages' own tests are
# 30,000 files. Bazel takes a folder with a BUILD file for another package, so those go, too.
_DROPPED = re.compile(
    r"^tensorflow/include/|(^|/)(__pycache__|tests)/|(^|/)(BUILD|WORKSPACE)(\.bazel)?$|"
    r"\.(pyc|lib|a|pxd|pyx|h|hpp)$"
)

_HEADER = """\
load("@rules_python//python:defs.bzl", "py_library")

package(default_visibility = ["//visibility:public"])
"""

_LIBRARY = """
py_library(
    name = "{name}",
    data = {data},
    imports = ["{name}/site-packages"],
    deps = [{deps}],
)
"""

_ALIAS = """
alias(
    name = "{alias}",
    actual = ":{name}",
)
"""


def target(package: str) -> str:
    """Return the target of a package: `scikit-image` -> `scikit_image`."""
    return re.sub(r"[-_.]+", "_", package).lower()


def move(dist: importlib.metadata.Distribution, home: pathlib.Path) -> list[str]:
    """Move the files of one distribution under `home`; return the names of its programs."""
    site = pathlib.Path(str(dist.locate_file("")))
    programs = []
    # Not dist.files: from Python 3.12 on it leaves out programs, whose recorded place is outside a --target folder.
    for name, *_ in csv.reader((dist.read_text("RECORD") or "").splitlines()):
        program = re.search(r"(^|/)\.\./bin/([^/]+)$", "/" + name)
        if program:
            source, goal = site / "bin" / program[2], home / "bin" / program[2]
        elif name.startswith(("..", "/")) or _DROPPED.search(name):
            continue
        else:
            source, goal = site / name, home / "site-packages" / name
        if source.is_file():
            goal.parent.mkdir(parents=True, exist_ok=True)
            source.rename(goal)
            if program:
                programs.append(program[2])
    return programs


def split(sites: Sequence[pathlib.Path], aliases: dict[str, str], files: bool = False) -> None:
    """Split `sites` into the current folder and write BUILD.bazel there.

    Args:
      sites: what runs of `pip install --target` made; what stays in them is not needed.
      aliases: name -> package that stands in for it unless it is installed itself.
      files: a library's data are files, not one directory.
    """
    dists = sorted(
        importlib.metadata.distributions(path=[str(site) for site in sites]),
        key=lambda dist: dist.name.lower(),
    )
    names = {target(dist.name) for dist in dists}
    stand_ins = {target(alias): target(package) for alias, package in aliases.items()}
    stand_ins = {alias: name for alias, name in stand_ins.items() if name in names}
    build = [_HEADER]
    exported: list[str] = []
    for dist in dists:
        name = target(dist.name)
        needed = set()
        for line in dist.requires or []:
            requirement = requirements.Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            wanted = target(requirement.name)
            wanted = stand_ins.get(wanted, wanted)
            if wanted in names and wanted != name:
                needed.add(wanted)
        programs = move(dist, pathlib.Path(name))
        pathlib.Path(name, "site-packages").mkdir(parents=True, exist_ok=True)
        exported += [f"{name}/bin/{program}" for program in programs]
        deps = ", ".join(f'":{other}"' for other in sorted(needed))
        folder = f"{name}/site-packages"
        data = f'glob(["{folder}/**"])' if files else f'["{folder}"]'
        build.append(_LIBRARY.format(name=name, deps=deps, data=data))
    for alias, name in stand_ins.items():
        if alias not in names:
            build.append(_ALIAS.format(alias=alias, name=name))
    if exported:
        build.append(f"\nexports_files({sorted(exported)})\n")
    pathlib.Path("BUILD.bazel").write_text("".join(build))
