"""Builds everything twice and compares every file: `bazel run //tools/ci/reproducible -- --out FOLDER`.

Each has a copy of the workspace and an output base of its own. The second build has one core (`taskset`) and, unless
--same-instructions is given, fewer instruction sets (ONEDNN_MAX_CPU_ISA and its like, see LIMITS). No cache is used,
but by the first build with --first-from-cache: then results of an earlier day, or of another machine, are what the
second is compared with.
Differences are listed by entry of an archive. What is known (known.json, with reason and size) does not count: places
inside of files, so that a date in an archive is seen even where the entry's content may differ.

Exit code 1 if a file differs, 2 if a target does not build; what does build is compared nevertheless. FOLDER keeps
both builds' files and reproducible.json; --again compares those once more, such as after a reason was added to
known.json.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

import artefacts
import differences
import workspace_files
from model_press.process import user_path

# What makes arithmetic libraries behave as on an older processor: oneDNN (TensorFlow), OpenBLAS (numpy, scipy), numpy.
LIMITS = (
    "ONEDNN_MAX_CPU_ISA=AVX2",
    "OPENBLAS_CORETYPE=Haswell",
    "NPY_DISABLE_CPU_FEATURES=AVX512F,AVX512CD,AVX512_SKX,AVX512_CLX,AVX512_CNL,AVX512_ICL,AVX512_SPR",
)

# Lines of one file that are printed and kept.
MOST = 20


@dataclasses.dataclass(frozen=True)
class Known:
    """A difference that is understood.

    place: regular expression for a whole place, as differences.differences gives it, without numbers of lines; so one
      for an archive's entries does not let a date in. why: the reason, and how large it is.
    """

    place: str
    why: str


@dataclasses.dataclass(frozen=True)
class Build:
    """One of the two builds.

    name: its folder. prefix: command in front of Bazel. environment: further variables for Bazel. caches: those that
    the workspace's options name are used.
    """

    name: str
    prefix: Sequence[str] = ()
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    caches: bool = False


def run(
    build: Build, bazel: str, workspace: pathlib.Path, out: pathlib.Path, options: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Build a copy of the workspace in a fresh output base, keep the files, remove both.

    Returns:
      Path below bazel-out -> sha256; labels of targets that do not build.
    Raises:
      BuildError: nothing builds.
    """
    base, events = out / f"{build.name}.base", out / f"{build.name}.events.json"
    # Another path, and //... does not meet the links that another output base has left in the workspace.
    copy = out / f"{build.name}.workspace"
    files = workspace_files.list_files(workspace)
    if (workspace / "user.bazelrc").is_file():
        files.append("user.bazelrc")
    workspace_files.copy_files(workspace, files, copy)
    command = [*build.prefix, bazel, f"--output_base={base}"]
    environment = {**os.environ, **build.environment}
    try:
        done = subprocess.run(
            [
                *command,
                "build",
                "--keep_going",
                *(() if build.caches else ("--disk_cache=", "--remote_cache=")),
                "--symlink_prefix=/",
                # What a default run of the tests builds; options may say otherwise.
                "--build_tag_filters=-full",
                f"--build_event_json_file={events}",
                *options,
            ],
            cwd=copy,
            env=environment,
        )
        outputs, failed = artefacts.outputs(
            artefacts.read_events(events) if events.exists() else []
        )
        if done.returncode and not failed:
            raise artefacts.BuildError(
                f"the {build.name} build fails (exit code {done.returncode})"
            )
        return artefacts.keep(outputs, out / build.name), failed
    finally:
        if base.exists():
            subprocess.run([*command, "shutdown"], cwd=copy, env=environment, check=False)
            subprocess.run(["chmod", "-R", "u+w", base], check=False)
            shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(copy)


def compare(
    out: pathlib.Path, first: Mapping[str, str], second: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return the differences of each file that is not the same in both builds, by path."""
    found = {}
    for name in sorted(first.keys() | second.keys()):
        if name not in first or name not in second:
            only = "first" if name in first else "second"
            found[name] = [f"{name}@presence: in the {only} build only"]
        elif first[name] != second[name]:
            contents = ((out / build / name).read_bytes() for build in ("first", "second"))
            found[name] = list(differences.differences(name, *contents))
    return found


def reason(line: str, known: Sequence[Known]) -> str | None:
    """Return why a line of differences may be, or None."""
    place = re.sub(r":\d+$", "", line.partition(": ")[0])
    return next((entry.why for entry in known if re.fullmatch(entry.place, place)), None)


def unknown(found: Mapping[str, Sequence[str]], known: Sequence[Known]) -> dict[str, list[str]]:
    """Return the unexplained differences, by path."""
    new = {name: [line for line in found[name] if reason(line, known) is None] for name in found}
    return {name: lines for name, lines in new.items() if lines}


def report(found: Mapping[str, Sequence[str]], known: Sequence[Known], count: int) -> Iterator[str]:
    """Return lines for people: unexplained differences, the reasons for the others, the counts."""
    new = unknown(found, known)
    for name in new:
        yield from (f"DIFFERS {line}" for line in first_of(name, new[name]))
    reasons: dict[str, set[str]] = {}
    for name, lines in found.items():
        for why in filter(None, (reason(line, known) for line in lines)):
            reasons.setdefault(why, set()).add(name)
    for why, names in reasons.items():
        yield f"known, {len(names)} files: {why}"
    yield f"{count} files compared, {len(new)} differ, {len(found) - len(new)} known to"


def first_of(name: str, lines: Sequence[str]) -> list[str]:
    """Return the first lines of a file; more would hide the other files."""
    left = len(lines) - MOST
    return [*lines[:MOST], *([f"{name}: and {left} more"] if left > 0 else [])]


_Kept = tuple[list[dict[str, str]], list[str]]


def _build_twice(options: argparse.Namespace, out: pathlib.Path) -> _Kept:
    """Build twice; return sha256 by path of either build, and a line for each target that does not build."""
    workspace = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    if not shutil.which("taskset"):
        raise artefacts.BuildError("taskset is missing; install the Debian package util-linux")
    # A core that this process may use: machines hand out some of theirs.
    core = min(os.sched_getaffinity(0))
    limits = {} if options.same_instructions else {"MODEL_PRESS_PYTHON_ENV": " ".join(LIMITS)}
    out.mkdir(parents=True)
    kept, failed = [], []
    for build in (
        Build("first", caches=options.first_from_cache),
        Build("second", ("taskset", "--cpu-list", str(core)), limits),
    ):
        words = [*options.option, *options.targets]
        files, labels = run(build, options.bazel, workspace, out, words)
        kept.append(files)
        failed += [f"{label} does not build in the {build.name} build" for label in labels]
    if not kept[0] and not failed:
        raise artefacts.BuildError(
            f"{' '.join(options.targets)}: no output files to compare; name targets that make some"
        )
    return kept, failed


def _kept(out: pathlib.Path) -> _Kept:
    """Return the same of an earlier run; its files are read again only where they differ."""
    try:
        facts = json.loads((out / "reproducible.json").read_text("utf-8"))
        return [facts["first"], facts["second"]], facts["failed"]
    except (OSError, ValueError, KeyError) as error:
        raise artefacts.BuildError(
            f"{out}: no reproducible.json of a whole run ({error}); run without --again"
        ) from error


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="reproducible",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("targets", nargs="*", default=["//..."], help="what to build, by default //...")
    add("--out", required=True, help="a folder that is not there yet")
    add(
        "--again",
        action="store_true",
        help="build nothing, compare what an earlier run kept in --out",
    )
    add("--bazel", default="bazel")
    add(
        "--option",
        action="append",
        default=[],
        help="option of both builds, such as --option=--build_tag_filters= for what `full` tests need, too",
    )
    add(
        "--same-instructions",
        action="store_true",
        help="one core only, and nothing is known to differ",
    )
    add(
        "--first-from-cache",
        action="store_true",
        help="the first build may take results from the workspace's caches",
    )
    add("--known", type=pathlib.Path, help="JSON list of {place, why}")
    options = parser.parse_args(argv)
    out = pathlib.Path(user_path.resolve(options.out)).resolve()
    if out.exists() != options.again:
        there = "is not there" if options.again else "is there already"
        fix = "name the folder of an earlier run" if options.again else "name a new folder"
        print(f"reproducible: {out} {there}; {fix}", file=sys.stderr)
        return 2
    known = []
    if options.known and not options.same_instructions:
        known = [Known(**entry) for entry in json.loads(options.known.read_text("utf-8"))]
    try:
        hashes, failed = _kept(out) if options.again else _build_twice(options, out)
    except artefacts.BuildError as error:
        print(f"reproducible: {error}", file=sys.stderr)
        return 2
    found = compare(out, *hashes)
    lines = list(report(found, known, len(hashes[0].keys() | hashes[1].keys())))
    print("\n".join(lines))
    if not options.again:
        facts = {
            "schema_version": 2,
            "targets": options.targets,
            "failed": failed,
            "first": hashes[0],
            "second": hashes[1],
            "differences": {name: first_of(name, lines) for name, lines in found.items()},
        }
        (out / "reproducible.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    for line in failed:
        print(f"reproducible: {line}", file=sys.stderr)
    return 2 if failed else int(bool(unknown(found, known)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
