"""The program behind the iOS rules: Swift classes, the list of an app's models, the app package for Xcode."""

import argparse

from model_press.formats import bundle, files
from model_press.process import command_line

from ios.private import ios_bundle, swift_class


def _add_swift_class(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--package", required=True, help="the class of digits_int8 is DigitsInt8")
    parser.add_argument("--out", required=True)


def _swift_class(options: argparse.Namespace, say: command_line.Say) -> None:
    files.write_bytes(options.out, swift_class.write(options.package)[1].encode())


def _add_catalogue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--variant", action="append", default=[], metavar="PACKAGE=MANIFEST=LABELS")
    parser.add_argument("--out", required=True)


def _catalogue(options: argparse.Namespace, say: command_line.Say) -> None:
    files.write_bytes(options.out, bundle.dump(ios_bundle.index_of(_variants(options))))


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True)
    parser.add_argument("--template", required=True, help="Package.swift")
    parser.add_argument("--source", action="append", default=[], metavar="PATH=PATH_IN_PACKAGE")
    _add_catalogue(parser)


def _bundle(options: argparse.Namespace, say: command_line.Say) -> None:
    sources = [tuple(item.split("=", 1)) for item in options.source]
    ios_bundle.write(options.out, options.name, _variants(options), options.template, sources)


def _variants(options: argparse.Namespace) -> list[ios_bundle.Variant]:
    return [ios_bundle.Variant(*item.split("=")) for item in options.variant]


COMMANDS = (
    command_line.Command(
        "swift-class", "the Swift class of a .mlpackage", _add_swift_class, _swift_class
    ),
    command_line.Command("ios-catalogue", "index.json of an app", _add_catalogue, _catalogue),
    command_line.Command(
        "ios-bundle", "an app package with models, for Xcode, as a zip", _add_bundle, _bundle
    ),
)

if __name__ == "__main__":
    command_line.main(*COMMANDS, prog="ios")
