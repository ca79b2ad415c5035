"""The command line of the iOS rules, served by the same worker as model_press."""

import argparse
import os
import sys
from collections.abc import Callable

from model_press.formats import bundle, files
from model_press.process import command_line

from ios.private import ios_bundle, swift_class


def parser() -> argparse.ArgumentParser:
    """Return the parser with all subcommands."""
    result, command = command_line.commands("model_press_ios")

    sub = command("swift-class", _swift_class, "the Swift class of a .mlpackage")
    sub.add_argument("--package", required=True)
    sub.add_argument("--name", help="default: from the package's name, DigitsInt8 for digits_int8")
    sub.add_argument("--out", required=True)

    sub = command("ios-catalogue", _ios_catalogue, "index.json of an app")
    sub.add_argument("--variant", action="append", default=[], metavar="PACKAGE=MANIFEST=LABELS")
    sub.add_argument("--out", required=True)

    sub = command("ios-bundle", _ios_bundle, "an app package with models, for Xcode, as a zip")
    sub.add_argument("--name", required=True)
    sub.add_argument("--variant", action="append", default=[], metavar="PACKAGE=MANIFEST=LABELS")
    sub.add_argument("--template", required=True, help="Package.swift")
    sub.add_argument("--source", action="append", default=[], metavar="PATH=PATH_IN_PACKAGE")
    sub.add_argument("--out", required=True)
    return result


def _swift_class(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    stem = os.path.basename(os.path.normpath(options.package)).removesuffix(".mlpackage")
    name = options.name or ios_bundle.class_name(stem)
    files.write_bytes(options.out, swift_class.write(options.package, name).encode())
    return 0


def _ios_catalogue(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    files.write_bytes(options.out, bundle.dump(ios_bundle.index_of(_variants(options))))
    return 0


def _ios_bundle(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    sources = [tuple(item.split("=", 1)) for item in options.source]
    ios_bundle.write(options.out, options.name, _variants(options), options.template, sources)
    return 0


def _variants(options: argparse.Namespace) -> list[ios_bundle.Variant]:
    return [ios_bundle.Variant(*item.split("=")) for item in options.variant]


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand, or serve a build server's requests."""
    return command_line.main(argv, make_parser=parser)


if __name__ == "__main__":
    sys.exit(main())
