"""Program: trains the digits net at several widths and input sizes and records what came of it.

    bazel run //python/model_press/zoo:sweep_digits -- --digits DIR --out models/digits

It takes about an hour of two cores. The record is written after every run; a run that is in it
already, with the same epochs and seed, is not repeated.
"""

from __future__ import annotations

import argparse
import os
import platform

from model_press import tf_quiet
from model_press.data import program

WIDTHS = (0.125, 0.1875, 0.25)
SIZES = (64, 80)


def _machine() -> str:
    """Returns the processor's name and the number of its cores that may be used."""
    name = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    name = line.split(":", 1)[1].strip()
                    break
    return f"{name}, {os.cpu_count()} cores"


def main(argv: list[str] | None = None) -> None:
    """Parses the arguments, trains what is missing and writes the record."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as in train_digits
    tf_quiet.tensorflow()
    from model_press.data import coloured_digits, photos
    from model_press.zoo import digits_net, sweep, training

    parser = argparse.ArgumentParser(prog="sweep_digits", description=__doc__.splitlines()[0])
    parser.add_argument("--digits", required=True, help="folder of 0.json to 9.json")
    parser.add_argument("--photos", help="folder of the photographs (default: installed packages)")
    parser.add_argument("--widths", type=float, nargs="+", default=WIDTHS)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="in pixels")
    parser.add_argument("--epochs", type=int, default=digits_net.EPOCHS)
    parser.add_argument("--seed", type=int, default=digits_net.SEED)
    parser.add_argument("--out", required=True, help="folder of sweep.json and sweep.md")
    args = parser.parse_args(argv)

    training.make_deterministic()
    recorded = sweep.Sweep(args.epochs, args.seed, _machine(), ())
    path = os.path.join(args.out, "sweep.json")
    if os.path.exists(path):
        earlier = sweep.read(path)
        if (earlier.epochs, earlier.seed) == (args.epochs, args.seed):
            recorded = earlier
    runs = {(run.width, run.size): run for run in recorded.runs}
    for size in args.sizes:
        train, held_out = (
            coloured_digits.composer(
                split,
                args.digits,
                size,
                vary_photos=split == photos.TRAIN,
                photo_folder=args.photos,
            )
            for split in (photos.TRAIN, photos.HELD_OUT)
        )
        images, classes = held_out.compose(args.seed)
        for width in args.widths:
            if (width, size) in runs:
                continue
            print(f"width {width:g}, {size} pixels", flush=True)
            spec = digits_net.spec(width, size)
            model = training.train(spec, train, epochs=args.epochs, seed=args.seed)
            accuracy = training.accuracy(model, images, classes)
            print(f"held-out accuracy {accuracy:.2%}", flush=True)
            runs[width, size] = sweep.Run(width, size, model.count_params(), round(accuracy, 4))
            ordered = tuple(runs[key] for key in sorted(runs))
            sweep.write(sweep.Sweep(args.epochs, args.seed, recorded.machine, ordered), args.out)


if __name__ == "__main__":
    program.run(main)
