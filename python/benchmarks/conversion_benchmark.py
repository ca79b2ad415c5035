"""Ten conversions of full-size Xception through Bazel's workers against one hand-written process, same run.

    bazel run //python/benchmarks:conversion_benchmark

It asks the Bazel of this workspace for ten conversions that no cache knows, then makes the same ten files in one
process. Exit code 1 if the workers take more than 1.15 of its time, or a file differs.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from model_press import files

_BOUND = 1.15
_TARGET = "//python/benchmarks:ten_conversions"
_TIMES = ("first", "second")


def main(argv: list[str] | None = None) -> int:
    """Prints both times, their ratio and the bound."""
    parser = argparse.ArgumentParser(prog="conversion_benchmark", description=__doc__)
    parser.add_argument("--by-hand", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--info", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--recipe", action="append", required=True)
    parser.add_argument("--bazel", default="bazel")
    options = parser.parse_args(argv)
    workspace = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    # Not into the disk cache: nobody will ask for these files again.
    build = [
        options.bazel,
        "build",
        "--disk_cache=",
        f"--//python/benchmarks:nonce={int(time.time())}",
    ]
    subprocess.run([*build, "--nobuild", _TARGET], cwd=workspace, check=True)
    begun = time.monotonic()
    subprocess.run([*build, _TARGET], cwd=workspace, check=True)
    workers = time.monotonic() - begun
    with tempfile.TemporaryDirectory() as folder:
        command = [options.by_hand, f"--model={options.model}", f"--info={options.info}"]
        command += [f"--calibration={options.calibration}", f"--out={folder}", "--times=2"]
        command += [f"--recipe={recipe}" for recipe in options.recipe]
        begun = time.monotonic()
        subprocess.run(command, check=True)
        by_hand = time.monotonic() - begun
        built = pathlib.Path(workspace, "bazel-bin/python/benchmarks")
        recipes = [pathlib.Path(path).stem for path in options.recipe]
        different = differing(recipes, built, pathlib.Path(folder))
    return verdict(workers, by_hand, different)


def differing(recipes: Sequence[str], built: pathlib.Path, by_hand: pathlib.Path) -> list[str]:
    """Names of the files in the folder `built` that are not the same as those in `by_hand`."""
    found = []
    for recipe in recipes:
        for number, when in enumerate(_TIMES):
            one = built / f"xception_{recipe}_{when}.tflite"
            if files.sha256(one) != files.sha256(by_hand / f"{recipe}_{number}.tflite"):
                found.append(one.name)
    return found


def verdict(workers: float, by_hand: float, different: Sequence[str]) -> int:
    """Prints the times (s), their ratio and what differs; returns the exit code."""
    ratio = workers / by_hand
    print(f"workers {workers:.1f} s, by hand {by_hand:.1f} s, ratio {ratio:.3f}, at most {_BOUND}")
    for name in different:
        print(f"ERROR {name} differs between the two")
    return int(ratio > _BOUND or bool(different))


if __name__ == "__main__":
    sys.exit(main())
