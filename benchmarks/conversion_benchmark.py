"""Ten conversions of full-size Xception through Bazel's workers against one hand-written process, same run.

    bazel run //benchmarks:conversion_benchmark

It asks the Bazel of this workspace for ten conversions that no cache knows, of one worker and, where the memory allows
it, of two, then makes the same ten files in one process. Exit code 1 if the workers take more than 1.0 of its time, or
two of them more than 0.6, or a file differs.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

from model_press.formats import files

# Number of workers -> most of the plain process's time.
_BOUNDS = {1: 1.0, 2: 0.6}
# A worker that converts the full-size Xception takes up to 3 GB; Bazel, the system and a margin come on top.
_BYTES_FOR_TWO = 10e9
_TARGET = "//benchmarks:ten_conversions"
_TIMES = ("first", "second")


def main(argv: list[str] | None = None) -> int:
    """Print the times, their ratios and the bounds."""
    parser = argparse.ArgumentParser(prog="conversion_benchmark", description=__doc__)
    parser.add_argument("--by-hand", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--recipe", action="append", required=True)
    parser.add_argument("--bazel", default="bazel")
    parser.add_argument("--json", help="a file for {number of workers: ratio}")
    options = parser.parse_args(argv)
    workspace = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    recipes = [pathlib.Path(path).stem for path in options.recipe]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    seconds = {1: _build(options.bazel, workspace, 1)}
    if memory >= _BYTES_FOR_TWO:
        seconds[2] = _build(options.bazel, workspace, 2)
    else:
        print(
            f"two workers: not run, {memory / 1e9:.0f} GB of memory, {_BYTES_FOR_TWO / 1e9:.0f} GB needed"
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [options.by_hand, f"--model={options.model}", f"--info={options.info}"]
        command += [f"--calibration={options.calibration}", f"--out={folder}", "--times=2"]
        command += [f"--recipe={recipe}" for recipe in options.recipe]
        begun = time.monotonic()
        subprocess.run(command, check=True)
        by_hand = time.monotonic() - begun
        built = pathlib.Path(workspace, "bazel-bin/benchmarks")
        different = differing(recipes, built, pathlib.Path(folder))
    if options.json:
        ratios = {str(workers): round(taken / by_hand, 3) for workers, taken in seconds.items()}
        files.write_json(options.json, ratios)
    return verdict(seconds, by_hand, different)


def _build(bazel: str, workspace: str, workers: int) -> float:
    """Return the seconds of ten conversions with this many workers."""
    # Not into the disk cache: nobody will ask for these files again.
    build = [
        bazel,
        "build",
        "--disk_cache=",
        "--remote_cache=",
        f"--worker_max_instances={workers}",
        f"--//benchmarks:nonce={int(time.time())}",
    ]
    subprocess.run([*build, "--nobuild", _TARGET], cwd=workspace, check=True)
    begun = time.monotonic()
    subprocess.run([*build, _TARGET], cwd=workspace, check=True)
    return time.monotonic() - begun


def differing(recipes: Sequence[str], built: pathlib.Path, by_hand: pathlib.Path) -> list[str]:
    """Return the names of the files in the folder `built` that are not the same as those in `by_hand`."""
    found = []
    for recipe in recipes:
        for number, when in enumerate(_TIMES):
            one = built / f"xception_{recipe}_{when}.tflite"
            if files.sha256(one) != files.sha256(by_hand / f"{recipe}_{number}.tflite"):
                found.append(one.name)
    return found


def verdict(seconds: Mapping[int, float], by_hand: float, different: Sequence[str]) -> int:
    """Print times (s), ratios and differences; return the exit code.

    Args:
      seconds: number of workers -> time of the ten conversions.
      by_hand: time of the plain process.
      different: names of files that are not the same.
    """
    slow = False
    for workers, taken in seconds.items():
        ratio, bound = taken / by_hand, _BOUNDS[workers]
        slow |= ratio > bound
        print(
            f"{workers} worker{'s' * (workers > 1)} {taken:.1f} s, by hand {by_hand:.1f} s, ratio {ratio:.3f}, "
            f"at most {bound}"
        )
    for name in different:
        print(f"ERROR {name} differs between the two")
    return int(slow or bool(different))


if __name__ == "__main__":
    sys.exit(main())
