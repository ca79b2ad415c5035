"""The command line of the runner."""

import argparse
import contextlib
import os
import pathlib
import signal
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from model_press.formats.errors import ExitCode, UserError

from pi_runner import failures, photo
from pi_runner.bundle import Bundle, Repair

_N = TypeVar("_N", int, float)

_EXIT_CODES = """\
exit codes: 0 all answered; 1 a photo, folder or argument is wrong (the others were answered); 2 wrong usage;
3 a model file is missing, damaged or does not load; 4 no camera, or the address is taken"""


def _number(kind: type[_N], fits: Callable[[_N], bool], expected: str) -> Callable[[str], _N]:
    """Return an argument type: a number that fits."""

    def parse(text: str) -> _N:
        with contextlib.suppress(ValueError):
            value = kind(text)
            if fits(value):
                return value
        raise argparse.ArgumentTypeError(f"'{text:.20}' is not a {expected}")

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    return _number(int, lambda n: least <= n <= most, f"whole number from {least} to {most}")


_threads, _count, _port = _whole(1, 64), _whole(0, 10**9), _whole(0, 65535)
_positive = _whole(1, 10**6)
_seconds = _number(float, lambda x: 0 < x <= 86_400, "number above 0, at most 86400")
# Of pixels (up to 18 GB to decode) or of bytes: at least one.
_millions = _number(float, lambda x: 1 <= x * 1e6 <= 1e9, "number from 0.000001 to 1000")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=os.path.basename(sys.argv[0]) or "runner",
        description="Classifies pictures with the model that this file carries.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=name)
        return sub

    def model(sub: argparse.ArgumentParser, several: bool) -> None:
        text = "full or short name (int8); default: the first"
        if several:
            text += "; may be given again, `all` for all"
            sub.add_argument("--variant", action="append", metavar="NAME", help=text)
        else:
            sub.add_argument("--variant", metavar="NAME", help=text)
        sub.add_argument(
            "--threads",
            type=_threads,
            default=min(4, cores or 1),
            metavar="N",
            help="of the interpreter; default here: %(default)s",
        )

    def answers(sub: argparse.ArgumentParser) -> None:
        model(sub, several=True)
        sub.add_argument("--top", type=_positive, default=3, metavar="N", help="classes to print")
        sub.add_argument("--json", action="store_true", help="one JSON object a line")
        sub.add_argument("--raw", action="store_true", help="with --json: the whole output, too")
        sub.add_argument(
            "--max-megapixels",
            type=_millions,
            default=photo.DEFAULT_MEGAPIXELS,
            metavar="M",
            help="larger pictures are refused; default: %(default)g",
        )

    sub = command("classify", "answers to the given photos")
    sub.add_argument("photo", nargs="+", metavar="PHOTO")
    answers(sub)

    sub = command("watch", "answers to every picture that appears in a folder")
    sub.add_argument("folder", metavar="DIR")
    sub.add_argument(
        "--interval", type=_seconds, default=1.0, metavar="SECONDS", help="between two looks"
    )
    sub.add_argument("--existing", action="store_true", help="also classify the existing pictures")
    answers(sub)

    sub = command("camera", "answers to pictures of the camera")
    sub.add_argument("--device", metavar="PATH", help="a V4L2 device; default: libcamera, then any")
    sub.add_argument("--count", type=_count, default=1, metavar="N", help="pictures; 0: endless")
    sub.add_argument(
        "--interval", type=_seconds, default=1.0, metavar="SECONDS", help="between two pictures"
    )
    answers(sub)

    sub = command("benchmark", "measures the variants; writes metrics.json and conditions.json")
    sub.add_argument("--variant", action="append", metavar="NAME", help="default: all")
    sub.add_argument(
        "--rounds", type=_positive, default=15, metavar="N", help="interleaved; default: 15"
    )
    sub.add_argument("--out", default=".", metavar="DIR", help="default: here")

    sub = command("serve", "HTTP service with a web page")
    model(sub, several=False)
    sub.add_argument(
        "--host",
        default="127.0.0.1",
        help="0.0.0.0 for the whole network, which needs a secret in $MODEL_PRESS_TOKEN",
    )
    sub.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name that requests may call this machine, such as a proxy's; may be given again",
    )
    sub.add_argument("--port", type=_port, default=8080, help="0 for a free one")
    for option, kind, default, metavar, text in (
        ("--max-body-mb", _millions, 20.0, "MB", "largest request body"),
        ("--max-megapixels", _millions, 24.0, "M", "largest picture"),
        ("--concurrency", _threads, 4, "N", "pictures in work or waiting; more are told 503"),
        ("--request-timeout", _seconds, 15.0, "SECONDS", "to send a request, to wait for a turn"),
        ("--grace", _seconds, 10.0, "SECONDS", "that running requests get after SIGTERM"),
    ):
        help_text = f"{text}; default: {default:g}"
        sub.add_argument(option, type=kind, default=default, metavar=metavar, help=help_text)

    command("variants", "names of the variants in this file")
    return parser


def _names(bundle: Bundle, asked: list[str] | None, default: list[str]) -> list[str]:
    if not asked:
        return default
    return list(bundle.names) if "all" in asked else asked


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


# What only some commands need is imported where it is used: a Pi is slow to import.
def _run(options: argparse.Namespace, bundle: Bundle) -> bool:
    if options.command == "variants":
        print("\n".join(bundle.names))
        return True
    if options.command == "benchmark":
        return _benchmark(options, bundle)
    if options.command == "serve":
        return _serve(options, bundle)
    from pi_runner import camera, classify, watch
    from pi_runner.classifier import Classifier

    names = _names(bundle, options.variant, [bundle.default])
    printer = classify.Printer(
        [Classifier(bundle.variant(name), options.threads) for name in names],
        options.top,
        options.json,
        options.raw,
        options.max_megapixels,
    )
    if options.command == "classify":
        return classify.classify(options.photo, printer)
    stop = _stop_on_signals()
    if options.command == "watch":
        watch.watch(options.folder, printer, options.interval, options.existing, stop)
        return True
    return camera.camera(options.device, options.count, options.interval, printer, stop)


def _benchmark(options: argparse.Namespace, bundle: Bundle) -> bool:
    from pi_runner.benchmark import benchmark

    names = _names(bundle, options.variant, list(bundle.names))
    variants = [bundle.variant(name) for name in names]
    print(benchmark(variants, options.rounds, pathlib.Path(options.out)))
    return True


def _serve(options: argparse.Namespace, bundle: Bundle) -> bool:
    from pi_runner.service import access, app, engine, limits, memory, server

    memory.return_large_blocks()
    bounds = limits.Limits(
        body_bytes=int(options.max_body_mb * 1e6),
        megapixels=options.max_megapixels,
        concurrency=options.concurrency,
        request_s=options.request_timeout,
        grace_s=options.grace,
    )
    rules = access.make(options.allow_host, os.environ)
    bound = server.listen(options.host, options.port)
    access.check_reach(bound, rules)
    works = engine.Engine(bundle, options.variant, options.threads, bounds)
    serving = server.Server(app.App(works, rules), bound, bounds, lambda: not works.stalled())
    server.announce(serving.address, works.default)
    serving.run()
    return True


def main(argv: list[str], models: str | os.PathLike[str], repair: Repair | None = None) -> int:
    """Run one command.

    Args:
      argv: arguments without the program's name.
      models: folder of the bundle.
      repair: restores one file of it, see bundle.Bundle.
    Returns:
      The exit code; a user's mistake is one line on standard error.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if getattr(options, "raw", False) and not options.json:
        parser.error("--raw needs --json: the whole output is a field of the JSON object")
    try:
        done = _run(options, Bundle(models, repair))
    except UserError as error:
        print(f"ERROR {error}", file=sys.stderr)
        return failures.exit_code(error)
    except BrokenPipeError:
        # The reader of the answers has gone. Python flushes standard output once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except OSError as error:
        # A full disk, a folder without permission: the system's own words say it best.
        print(f"ERROR {error}", file=sys.stderr)
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return ExitCode.OK if done else ExitCode.FAILED
