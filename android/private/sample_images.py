"""Puts a labelled sample of an image set into an app's assets, for its benchmark screen."""

import argparse
import collections
import pathlib
import sys

import numpy as np


class SampleError(Exception):
    """A one-line reason why there is no sample."""


def choose(classes: np.ndarray, count: int) -> np.ndarray:
    """Return indices of up to `count` labelled images, classes in turn, each in the set's order.

    Args:
      classes: int [N], the right class of each image, -1 where it has none.
      count: how many.

    Returns:
      int [M], M <= count, in ascending order.

    Raises:
      SampleError: if no image is labelled.
    """
    seen: collections.Counter[int] = collections.Counter()
    turns = []
    for index, label in enumerate(classes.tolist()):
        if label >= 0:
            turns.append((seen[label], label, index))
            seen[label] += 1
    if not turns:
        raise SampleError(
            f"none of the sample's {len(classes)} images has a class; accuracy needs labelled images"
        )
    return np.array(sorted(index for _, _, index in sorted(turns)[:count]))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--label", required=True, help="target to name in errors")
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--classes", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to fill")
    args = parser.parse_args(argv)
    classes = np.load(args.classes)
    try:
        chosen = choose(classes, args.count)
    except SampleError as error:
        print(f"{args.label}: {error}", file=sys.stderr)
        return 1
    folder = args.out / "sample"
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", np.load(args.images, mmap_mode="r")[chosen])
    # As bytes, low one first: the app's reader knows the element types of models only.
    np.save(folder / "classes.npy", classes[chosen].astype("<u2").view(np.uint8))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
