"""Shows what is in a .tflite file, how it runs here, who can load it, what is slow and what to do.

bazel run //python:inspect -- FILE.tflite
bazel run //python:inspect -- --memory FILE.tflite
"""

import argparse
import os
import sys
from collections.abc import Sequence

from model_press import files, strict_json, user_path
from model_press.errors import UserError
from model_press.inspection import explorer, inspection, page, source


def parser() -> argparse.ArgumentParser:
    """The options."""
    result = argparse.ArgumentParser(prog="inspect", description=__doc__.splitlines()[0])
    result.add_argument("file", help="any .tflite")
    result.add_argument("--json", action="store_true", help="everything as JSON (schema_version 1)")
    result.add_argument("--threads", type=int, default=1, help="for the latency (default 1)")
    result.add_argument(
        "--seconds",
        type=float,
        default=6.0,
        help="about how long to time (default 6; 0: load only)",
    )
    result.add_argument("--no-run", action="store_true", help="read the file, do not load it")
    result.add_argument(
        "--memory",
        action="store_true",
        help="which tensors fill memory at its peak, and what lowers it",
    )
    result.add_argument("--layers", action="store_true", help="with --memory: every operator")
    result.add_argument("--batch", type=int, help="with --memory: images at once (default 1)")
    result.add_argument(
        "--budget-mb",
        type=float,
        help="with --memory: find the largest batch whose activations fit",
    )
    result.add_argument("--explore", action="store_true", help="open it in Model Explorer")
    result.add_argument(
        "--runtime", action="append", default=[], metavar="TABLE.json", help="a runtime's operators"
    )
    return result


def _memory(path: str, options: argparse.Namespace) -> int:
    from model_press.memory import report

    batch = 1 if options.batch is None else options.batch
    if batch < 1:
        raise UserError(f"--batch {batch} must be 1 or more")
    budget = None if options.budget_mb is None else int(options.budget_mb * 1e6)
    found = report.account(path, batch, budget)
    try:
        if options.json:
            sys.stdout.write(files.dump_json(strict_json.to_json(found)).decode())
        else:
            print("\n".join(report.lines(found, options.layers)))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the inspection; 1 and one line on standard error for a file that is no TFLite model."""
    options = parser().parse_args(argv)
    path = user_path.resolve(options.file)
    # The tables that the build gives lie in the runfiles, where this program starts.
    tables = [
        table if os.path.exists(table) else user_path.resolve(table) for table in options.runtime
    ]
    try:
        if options.memory:
            return _memory(path, options)
        for name in ("layers", "batch", "budget_mb"):
            if getattr(options, name):
                raise UserError(f"--{name.replace('_', '-')} goes with --memory")
        if options.explore:
            with source.opened(path):
                pass
            return explorer.explore(path)
        found = inspection.inspect(
            path, tables, options.threads, None if options.no_run else options.seconds
        )
    except UserError as error:
        print(f"ERROR {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ERROR {path}: {error.strerror or error}", file=sys.stderr)
        return 1
    try:
        if options.json:
            sys.stdout.write(files.dump_json(strict_json.to_json(found)).decode())
        else:
            print("\n".join(page.lines(found)))
    except BrokenPipeError:  # `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
