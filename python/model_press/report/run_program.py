"""The program that `bazel run` of a model_report starts: it measures and writes the full report."""

import argparse
import os

from model_press.formats import manifest, metrics
from model_press.formats.errors import UserError
from model_press.measure import measure
from model_press.process import command_line, user_path
from model_press.report import build, facts, operator_costs, render


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--facts", required=True)
    parser.add_argument("--out", help="the folder to write the report into")
    parser.add_argument(
        "--metrics", help="a metrics.json of this machine, instead of measuring now"
    )
    parser.add_argument(
        "--device", action="append", default=[], help="a metrics.json of a phone or Pi"
    )
    measure.add_arguments(parser)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    if not options.out:
        raise UserError(f"--out is missing; bazel run {options.label} -- --out DIR")
    known = facts.read(options.facts)
    # What a measurement of a minute would come too late to tell.
    devices = [metrics.read(user_path.resolve(path)) for path in options.device]
    build.build(known, None, devices)
    folder = user_path.resolve(options.out)
    os.makedirs(folder, exist_ok=True)
    if options.metrics:
        measured = metrics.read(user_path.resolve(options.metrics))
    else:
        measured = measure.measured(options)
        names = [manifest.read(manifest_path).name for manifest_path in options.manifest]
        measured = operator_costs.with_times(
            measured, dict(zip(names, options.variant, strict=True))
        )
        metrics.write(os.path.join(folder, "metrics.json"), measured)
    for path in render.write(build.build(known, measured, devices), folder, "report"):
        print(path)


COMMAND = command_line.Command(
    "report", "measure on this machine and write the full report", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
