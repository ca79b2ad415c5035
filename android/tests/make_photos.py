"""Writes photos that Java cannot make itself, for the decoder's test."""

import argparse
import pathlib
import sys

from PIL import Image


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to fill")
    out = parser.parse_args(argv).out
    out.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (64, 32), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, 32, 16))
    # As printers have it: cyan, magenta, yellow and black.
    picture.convert("CMYK").save(out / "cmyk.jpg", quality=95)
    picture.save(out / "progressive.jpg", quality=95, progressive=True)
    picture.quantize(16).save(out / "palette.gif")
    picture.save(out / "picture.webp", lossless=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
