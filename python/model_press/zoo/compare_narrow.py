"""Program: a channel-pruned digits net against a narrow one trained from scratch for as long.

    bazel run //python/model_press/zoo:compare_narrow -- --digits DIR --out models/digits \\
        --compressed macs30=digits_macs30.model --fine-tuning 4

The narrow net has the advantage in size: it is the narrowest of the family with at least as many parameters and at
least as many multiplications as the pruned one. It is trained for the epochs of the original and of the
fine-tuning together. Writes narrow.json and narrow.md; some minutes of two cores for each net.
"""

from __future__ import annotations

import argparse
import bisect
import dataclasses
import json
import os
from typing import Any

from model_press import tf_quiet
from model_press.data import program
from model_press.errors import UserError

# Every width of the family that changes a layer's channels lies on this grid, near enough.
_STEPS = 64


@dataclasses.dataclass(frozen=True)
class Net:
    """parameters and macs (multiply-accumulates for one image) of a net, and its held-out accuracy, 0 to 1."""

    name: str
    parameters: int
    macs: int
    accuracy: float


@dataclasses.dataclass(frozen=True)
class Pair:
    """A pruned net and the narrow one that it is compared with. epochs: training of each, in all."""

    pruned: Net
    narrow: Net
    epochs: int


def costs(model: Any) -> tuple[int, int]:
    """Parameters and multiply-accumulates for one image."""
    import numpy as np

    from model_press.compress import graph
    from model_press.compress.channels import classes, cost, wiring

    found = classes.find(wiring.read(graph.trace(model)))
    everything = np.ones(found.count, bool)
    units = ("parameters", "macs")
    return tuple(cost.total(found, everything, unit) for unit in units)


def narrowest(parameters: int, macs: int, size: int) -> float:
    """The smallest width, up to the digits net's own, whose net has at least so many parameters and multiplications.

    Raises:
      UserError: there is none.
    """
    from model_press.zoo import digits_net, xception_family

    def enough(step: int) -> bool:
        own = costs(xception_family.build(digits_net.spec(step / _STEPS, size)))
        return own[0] >= parameters and own[1] >= macs

    steps = range(1, int(digits_net.WIDTH * _STEPS) + 1)
    found = bisect.bisect_left(steps, True, key=enough)
    if found == len(steps):
        raise UserError(
            f"no net up to width {digits_net.WIDTH:g} has {parameters} parameters and {macs} multiplications; give a "
            "compressed net that has fewer than the digits net"
        )
    return steps[found] / _STEPS


def page(pairs: tuple[Pair, ...], machine: str) -> str:
    """The record as Markdown."""
    lines = [
        "# Pruned, or narrow from the start",
        "",
        f"Held-out accuracy on 2,000 digits, on {machine}. The narrow net is the narrowest of the family",
        "with at least the pruned one's parameters and multiplications, trained from scratch for as many",
        "epochs as the original and the fine-tuning took together. Written by `compare_narrow`.",
        "",
        "| net | parameters | million multiplications | epochs | accuracy |",
        "|---|---|---|---|---|",
    ]
    for pair in pairs:
        for net in (pair.pruned, pair.narrow):
            lines.append(
                f"| {net.name} | {net.parameters:,} | {net.macs / 1e6:.2f} | {pair.epochs} | "
                f"{net.accuracy:.2%} |"
            )
    return "\n".join(lines) + "\n"


def write(pairs: tuple[Pair, ...], machine: str, folder: str) -> None:
    """Writes narrow.json and narrow.md into a folder."""
    from model_press import files

    record = {"machine": machine, "pairs": [dataclasses.asdict(pair) for pair in pairs]}
    files.write_json(os.path.join(folder, "narrow.json"), json.loads(json.dumps(record)))
    files.write_bytes(os.path.join(folder, "narrow.md"), page(pairs, machine).encode())


def main(argv: list[str] | None = None) -> None:
    """Parses the arguments, trains a narrow net for each compressed one and writes the record."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as in train_digits
    tf_quiet.tensorflow()
    from model_press import load
    from model_press.data import coloured_digits, photos
    from model_press.zoo import digits_net, sweep_digits, training

    parser = argparse.ArgumentParser(prog="compare_narrow", description=__doc__.splitlines()[0])
    parser.add_argument("--digits", required=True, help="folder of 0.json to 9.json")
    parser.add_argument("--compressed", action="append", required=True, metavar="NAME=PATH")
    parser.add_argument("--fine-tuning", type=int, required=True, help="epochs of the compressed")
    parser.add_argument("--out", required=True, help="folder of narrow.json and narrow.md")
    args = parser.parse_args(argv)

    training.make_deterministic()
    train, held_out = (
        coloured_digits.composer(
            split, args.digits, digits_net.SIZE, vary_photos=split == photos.TRAIN
        )
        for split in (photos.TRAIN, photos.HELD_OUT)
    )
    images, classes = held_out.compose(digits_net.SEED)
    epochs, pairs, trained = digits_net.EPOCHS + args.fine_tuning, [], {}
    for item in args.compressed:
        name, _, path = item.partition("=")
        with load.load(path) as loaded:
            own = costs(loaded.model)
            pruned = Net(name, *own, training.accuracy(loaded.model, images, classes))
        width = narrowest(*own, digits_net.SIZE)
        if width not in trained:
            print(f"width {width:g} against {name}", flush=True)
            model = training.train(
                digits_net.spec(width), train, epochs=epochs, seed=digits_net.SEED
            )
            accuracy = training.accuracy(model, images, classes)
            trained[width] = Net(f"width {width:g}", *costs(model), accuracy)
        pairs.append(Pair(pruned, trained[width], epochs))
        write(tuple(pairs), sweep_digits._machine(), args.out)


if __name__ == "__main__":
    program.run(main)
