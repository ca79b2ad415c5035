"""The runner file answers as the build does, picture by picture, on this machine or on an emulated Pi."""

import json
import os

import launch
import numpy as np
import pytest
from PIL import Image

_COUNT = int(os.environ["PI_COUNT"])
_VARIANTS = os.environ["PI_VARIANTS"].split(",")
# XNNPACK's int8 kernels round otherwise on another processor: by one code.
_CODES = 1
# Float kernels sum in another order; measured 6e-7 on arm64.
_FLOAT = 1e-5
# Activations quantised on the fly: at a tie a code falls the other way, and a picture between two classes swings. So
# the mean over the pictures counts, as in a recipe's tolerance; measured 5e-4 on arm64.
_ON_THE_FLY_MEAN = 0.002


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


@pytest.mark.parametrize("variant", _VARIANTS)
def test_as_the_build(answers, chosen, variant):
    outputs = np.load(os.environ["PI_EXPECTED_" + variant.upper()])
    expected, found = outputs[chosen], answers[variant]
    assert found.shape == expected.shape == (_COUNT, outputs.shape[1])
    assert len(set(expected.argmax(1))) >= min(_COUNT // 2, 10), "the pictures are all of one class"
    # A picture's output must say something: one of zeros would agree with every other.
    assert min(len(set(row)) for row in expected) >= 2
    differences = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    largest = differences.max(1)
    print(
        f"{variant}: largest difference {largest.max():.3g}, mean over pictures {largest.mean():.3g}"
    )
    assert np.array_equal(found.argmax(1), expected.argmax(1))
    if outputs.dtype == np.uint8:
        assert largest.max() <= _CODES
    elif "dynamic" in variant:
        assert largest.mean() <= _ON_THE_FLY_MEAN
    else:
        assert largest.max() <= _FLOAT
