"""The program behind measurement_test: it measures all variants of a model and writes metrics.json."""

import argparse

from model_press.formats import metrics
from model_press.measure import measure
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    measure.add_arguments(parser)
    parser.add_argument("--out", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    metrics.write(options.out, measure.measured(options))


COMMAND = command_line.Command(
    "measure", "measure variants on this machine, in turns", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
