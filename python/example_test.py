"""The example of docs/python/runtime.md runs, and says of a held-out picture what it shows."""

import os
import pathlib

import numpy as np
import python_pages
from PIL import Image

MODEL, HELD_OUT = (pathlib.Path(os.environ[name]).absolute() for name in ("MODEL", "HELD_OUT"))
# Nearly all are recognised; one alone might be among the others.
_PICTURES = 20


def test_the_example_recognises_pictures(tmp_path, monkeypatch, capsys):
    images = np.load(HELD_OUT.with_suffix(".images.npy"), mmap_mode="r")[:_PICTURES]
    classes = np.load(HELD_OUT.with_suffix(".classes.npy"))[:_PICTURES]
    for suffix in (".tflite", ".manifest.json"):
        (tmp_path / f"model{suffix}").symlink_to(f"{MODEL}{suffix}")
    monkeypatch.chdir(tmp_path)
    example = compile(python_pages.PAGES["runtime.md"].example, "example", "exec")
    right = 0
    for pixels, expected in zip(images, classes, strict=True):
        Image.fromarray(pixels).save("photo.jpg", "PNG")
        exec(example, {})
        said, score = capsys.readouterr().out.split()
        assert 0 < float(score) <= 1
        right += int(said) == expected
    assert right >= 0.8 * _PICTURES
