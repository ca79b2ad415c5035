"""Picks the labelled image that a model recognises most surely, and writes it as a PNG."""

import argparse
import pathlib
import sys

import numpy as np
from PIL import Image


def pick(outputs: np.ndarray, classes: np.ndarray) -> int:
    """Return the first index with the widest margin of the right class over the next one.

    Args:
      outputs: [N, classes], codes or probabilities.
      classes: int [N], the right class of each image.
    """
    scores = outputs.astype(np.float64)
    right = scores.argmax(axis=1) == classes
    if not right.any():
        raise ValueError("the model recognises no image of the set")
    ordered = np.sort(scores, axis=1)
    margins = np.where(right, ordered[:, -1] - ordered[:, -2], -1)
    return int(margins.argmax())


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--classes", type=pathlib.Path, required=True)
    parser.add_argument("--outputs", type=pathlib.Path, required=True)
    parser.add_argument("--labels", type=pathlib.Path, required=True)
    parser.add_argument("--out-photo", type=pathlib.Path, required=True)
    parser.add_argument("--out-label", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    classes = np.load(args.classes)
    index = pick(np.load(args.outputs), classes)
    Image.fromarray(np.load(args.images, mmap_mode="r")[index]).save(args.out_photo)
    label = args.labels.read_text(encoding="utf-8").splitlines()[classes[index]]
    args.out_label.write_text(label + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
