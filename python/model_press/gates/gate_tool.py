"""Program behind size_test, latency_test, memory_test and delegation_test."""

import argparse
import sys

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.gates import measured
from model_press.gates.result import Result


def _bounds(pairs: list[str]) -> dict[str, float]:
    """Parse CLASS=RATIO pairs."""
    return {name: float(value) for name, _, value in (pair.partition("=") for pair in pairs)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gate_tool", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, baseline: bool) -> argparse.ArgumentParser:
        sub = commands.add_parser(name)
        sub.add_argument("--label", required=True)
        sub.add_argument("--model", required=True)
        sub.add_argument("--out", required=True)
        sub.add_argument("--baseline", required=baseline)
        return sub

    sub = command("check-size", baseline=False)
    sub.add_argument("--max-ratio", type=float)
    sub.add_argument("--max-bytes", type=int)
    sub.add_argument("--zipped", action="store_true")
    sub = command("check-latency", baseline=True)
    sub.add_argument("--bound", action="append", default=[], metavar="CPU_CLASS=RATIO")
    sub.add_argument("--threads", type=int, default=1)
    sub = command("check-memory", baseline=True)
    sub.add_argument("--max-ratio", type=float, required=True)
    sub.add_argument("--threads", type=int, default=1)
    sub = command("check-delegation", baseline=False)
    sub.add_argument("--max-partitions", type=int, required=True)
    sub.add_argument("--allowed", action="append", default=[])
    return parser


def check(options: argparse.Namespace) -> Result:
    """Run the gate that the options name."""
    if options.command == "check-size":
        return measured.check_size(
            options.model, options.baseline, options.max_ratio, options.max_bytes, options.zipped
        )
    if options.command == "check-latency":
        return measured.check_latency(
            options.model, options.baseline, _bounds(options.bound), options.threads
        )
    if options.command == "check-memory":
        return measured.check_memory(
            options.model, options.baseline, options.max_ratio, options.threads
        )
    return measured.check_delegation(options.model, options.max_partitions, options.allowed)


def main(argv: list[str] | None = None) -> int:
    """Print the measures; 1 and one line on standard error when the gate is red."""
    options = _parser().parse_args(argv)
    try:
        result = check(options)
        files.write_json(options.out, result.to_json())
        for line in result.lines():
            print(line, file=sys.stderr)
        if not result.green:
            raise UserError(result.failure())
    except UserError as error:
        print(f"ERROR {options.label}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
