"""The program that names the labels in a manifest: another label file needs no other conversion."""

import argparse

from model_press.formats import manifest
from model_press.process import command_line


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--manifest", required=True, help="of convert without --labels")
    parser.add_argument("--labels", required=True)
    parser.add_argument("--out-manifest", required=True)


def _run(options: argparse.Namespace, say: command_line.Say) -> None:
    described = manifest.with_labels(manifest.read_unlabelled(options.manifest), options.labels)
    manifest.write(options.out_manifest, described)


COMMAND = command_line.Command(
    "label-manifest", "name the labels in a manifest of convert", _add_arguments, _run
)

if __name__ == "__main__":
    command_line.main(COMMAND)
