"""Measures the cost of builds: `bazel run //benchmarks/builds:build`.

Measures, in this workspace and without any cache but Bazel's own: a build with nothing to do, one recipe of sixteen
changed, a class renamed, and 1, 4, 16 and 64 variants of digits in one build. Prints ratios, adds them to
benchmarks/builds/records/build.json and draws benchmarks/builds/records/growth.png. --xception also runs
//benchmarks:conversion_benchmark, a quarter of an hour.

Exit code 1 if a changed recipe re-runs another conversion than its own, a renamed class any, or time for a variant
grows.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence

from model_press.measure import machine

from benchmarks import record
from benchmarks.builds import records, scratch
from benchmarks.builds.bazel import Bazel, Build

_COUNTS = (1, 4, 16, 64)
_EDITED = 16
# A variant of 64 may cost this much more than one of 4: what the clock of a shared machine moves by.
_GROWTH = 1.25


def measure(
    bazel: Bazel, folder: scratch.Scratch, counts: Sequence[int], nothing: Sequence[str]
) -> tuple[dict[str, Build], dict[int, Build]]:
    """Return the builds by name, and those that grow by their number of variants."""
    package = f"//{scratch.PACKAGE}"
    bazel.build(f"{package}:net", "//models/digits:calibration")  # what all need
    growth = {}
    for edition, count in enumerate(counts, 1):
        for number in range(count):
            folder.edit_recipe(number, edition)
        growth[count] = bazel.build(f"{package}:first_{count}")
    group = f"{package}:first_{min(_EDITED, counts[-1])}"
    bazel.build(group)
    builds = {}
    folder.edit_recipe(0, len(counts) + 1)
    builds["one recipe changed"] = bazel.build(group)
    folder.edit_labels()
    builds["a class renamed"] = bazel.build(group)
    bazel.build(*nothing)
    builds["nothing to do: " + " ".join(nothing)] = bazel.build(*nothing)
    return builds, growth


def faults(builds: Mapping[str, Build], growth: Mapping[int, Build]) -> Iterator[str]:
    """Return a line for each violated expectation."""
    for name, build in builds.items():
        wanted = int(name == "one recipe changed")
        ran = build.ran.get("TfliteConvert", 0)
        if ran != wanted:
            yield f"{name}: {ran} conversions ran, expected {wanted}"
    counts = sorted(growth)
    each = {count: growth[count].seconds / count for count in counts}
    if len(counts) > 2 and each[counts[-1]] > _GROWTH * each[counts[1]]:
        times = each[counts[-1]] / each[counts[1]]
        yield f"{counts[-1]} variants cost {times:.2f} times as much each as {counts[1]}, expected at most {_GROWTH}"


def _by_hand(bazel: str, workspace: pathlib.Path) -> tuple[dict[str, float], int]:
    """Return ten conversions' time, relative to a plain process, by number of workers, and the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        ratios = pathlib.Path(folder, "ratios.json")
        done = subprocess.run(
            [bazel, "run", "//benchmarks:conversion_benchmark", "--", f"--json={ratios}"],
            cwd=workspace,
        )
        return (json.loads(ratios.read_text()) if ratios.exists() else {}), done.returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, record and print; return the exit code."""
    parser = records.parser("build", __doc__)
    parser.add_argument("--most", type=int, default=_COUNTS[-1], help="largest number of variants")
    parser.add_argument(
        "--nothing",
        action="append",
        help="targets of the build with nothing to do, by default //...",
    )
    parser.add_argument(
        "--xception", action="store_true", help="ten conversions against a process by hand"
    )
    options = parser.parse_args(argv)
    workspace = records.workspace()
    # Targets tagged full are not part of a build of //..., as in `bazel test //...`.
    bazel = Bazel(
        options.bazel, workspace, ("--disk_cache=", "--remote_cache=", "--build_tag_filters=-full")
    )
    counts = [count for count in _COUNTS if count <= options.most]
    with scratch.Scratch(workspace, counts[-1], counts) as folder:
        builds, growth = measure(bazel, folder, counts, options.nothing or ["//..."])
    by_hand, code = _by_hand(options.bazel, workspace) if options.xception else ({}, 0)
    where = record.where(machine.this_machine())
    run = records.run_of(where, bazel.info("release"), builds, growth, by_hand)
    kept = workspace / options.records
    records.plot(records.append(kept / "build.json", run), kept / "growth.png")
    return int(records.tell(run, faults(builds, growth)) or bool(code))


if __name__ == "__main__":
    sys.exit(main())
