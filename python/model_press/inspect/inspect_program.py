"""Shows the contents of a .tflite file, its speed here, the runtimes that load it, and advice.

bazel run //python:inspect -- FILE.tflite
bazel run //python:inspect -- --memory FILE.tflite
bazel run //python:inspect -- --time FILE.tflite
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

from model_press.formats import files, strict_json
from model_press.formats.errors import UserError
from model_press.inspect import inspect_model, page
from model_press.process import command_line, user_path
from model_press.tflite import source

# A petabyte: no machine has it, and no plan overflows.
_MOST_MB = 1e9
_EXPLORER = "model-explorer"


def _add_arguments(result: argparse.ArgumentParser) -> None:
    result.add_argument("file", help="any .tflite")
    result.add_argument("--json", action="store_true", help="everything as JSON (schema_version 2)")
    result.add_argument("--threads", type=int, default=1, help="for the latency (default 1)")
    result.add_argument(
        "--seconds",
        type=float,
        default=6.0,
        help="about how long to time (default 6; 0: load only)",
    )
    result.add_argument("--no-run", action="store_true", help="read the file, do not load it")
    question = result.add_mutually_exclusive_group()
    question.add_argument(
        "--memory",
        action="store_true",
        help="which tensors fill memory at its peak, and what lowers it",
    )
    result.add_argument("--layers", action="store_true", help="with --memory: every operator")
    result.add_argument(
        "--batch", type=int, help="with --memory: images at once (default: the model's own batch)"
    )
    result.add_argument(
        "--budget-mb",
        type=float,
        help="with --memory: the largest batch whose activations fit, for model_press.memory.batches",
    )
    question.add_argument(
        "--time",
        action="store_true",
        help="which operators take the time, also those inside the delegate",
    )
    question.add_argument("--explore", action="store_true", help="open it in Model Explorer")
    result.add_argument(
        "--runtime", action="append", default=[], metavar="TABLE.json", help="a runtime's operators"
    )


def _memory(path: str, options: argparse.Namespace) -> None:
    from model_press.memory import report

    batch = options.batch
    if batch is not None and batch < 1:
        raise UserError(f"--batch {batch} must be 1 or more")
    budget = None
    if options.budget_mb is not None:
        if not 0 < options.budget_mb < _MOST_MB:
            raise UserError(
                f"--budget-mb {options.budget_mb:g} must be above 0 and below {_MOST_MB:g}"
            )
        budget = int(options.budget_mb * 1e6)
    found = report.account(path, batch, budget)
    _show(report.lines(found, options.layers), found, options)


def _time(path: str, options: argparse.Namespace) -> None:
    from model_press.inspect.timing import operator_times

    if options.no_run:
        raise UserError(
            f"--no-run reads {path} only, but --time must run it; leave one of them out"
        )
    if options.seconds <= 0:
        raise UserError(f"--seconds must be above 0 with --time, not {options.seconds:g}")
    if options.threads != 1:
        raise UserError(f"--time measures on one thread; leave --threads {options.threads} out")
    found = operator_times.measure(path, options.seconds)
    _show(operator_times.lines(found), found, options)


def _explore(path: str) -> int:
    """Serve the model in the browser until interrupted; return the exit code of Model Explorer."""
    program = shutil.which(_EXPLORER)
    if program is None:
        raise UserError(
            f"{_EXPLORER} is not on the PATH; install it with: pip install ai-edge-{_EXPLORER}"
        )
    # Its own Python must not see the modules of this one.
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    try:
        return subprocess.run([program, path], env=clean).returncode
    except KeyboardInterrupt:
        return 0


def _show(lines: Iterable[str], found: object, options: argparse.Namespace) -> None:
    try:
        if options.json:
            sys.stdout.write(files.dump_json(strict_json.to_json(found)).decode())
        else:
            print("\n".join(lines))
    except BrokenPipeError:  # `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(options: argparse.Namespace, say: command_line.Say) -> int | None:
    path = user_path.resolve(options.file)
    # The tables that the build gives lie in the runfiles, where this program starts.
    tables = [
        table if os.path.exists(table) else user_path.resolve(table) for table in options.runtime
    ]
    if options.memory:
        _memory(path, options)
        return None
    for name in ("layers", "batch", "budget_mb"):
        given = getattr(options, name)
        if given is not None and given is not False:
            raise UserError(f"--{name.replace('_', '-')} goes with --memory")
    if options.time:
        _time(path, options)
        return None
    if options.explore:
        with source.opened(path):
            pass
        return _explore(path)
    found = inspect_model.inspect(
        path, tables, options.threads, None if options.no_run else options.seconds
    )
    _show(page.lines(found), found, options)
    return None


COMMAND = command_line.Command("inspect", __doc__.splitlines()[0], _add_arguments, _run)

if __name__ == "__main__":
    command_line.main(COMMAND)
