"""The runner file answers as the build does, picture by picture, on this machine or on an emulated Pi."""

import json
import os

import golden
import launch
import numpy as np
import pytest
from PIL import Image

_COUNT = int(os.environ["PI_COUNT"])
_VARIANTS = os.environ["PI_VARIANTS"].split(",")


@pytest.fixture(scope="module")
def chosen():
    """Indices of the pictures: spread over all held-out ones."""
    total = len(np.load(os.environ["PI_IMAGES"], mmap_mode="r"))
    return np.linspace(0, total - 1, _COUNT).astype(int)


@pytest.fixture(scope="module")
def answers(tmp_path_factory, chosen):
    """Variant -> outputs [pictures, classes] of one run of the runner on all variants."""
    folder = tmp_path_factory.mktemp("golden")
    pixels = np.load(os.environ["PI_IMAGES"], mmap_mode="r")
    photos = []
    for index in chosen:
        photos.append(folder / f"{index}.png")
        Image.fromarray(pixels[index]).save(photos[-1])
    wanted = [f"--variant={name}" for name in _VARIANTS]
    done = launch.run(folder / "cache", "classify", "--json", "--raw", *wanted, *photos)
    assert done.returncode == 0, done.stderr
    found = {name: [] for name in _VARIANTS}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        assert answer["top"][0]["index"] == int(np.argmax(answer["codes"]))
        found[answer["variant"]].append(answer["codes"])
    return {name: np.asarray(codes) for name, codes in found.items()}


# shows: pain D57; pain D58
@pytest.mark.parametrize("variant", _VARIANTS)
def test_as_the_build(answers, chosen, variant):
    outputs = np.load(os.environ["PI_EXPECTED_" + variant.upper()])
    expected, found = outputs[chosen], answers[variant]
    largest = golden.check(variant, expected, found)
    print(
        f"{variant}: largest difference {largest.max():.3g}, mean over pictures {largest.mean():.3g}"
    )
