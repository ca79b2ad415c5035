"""Supplies training images: a set that is shuffled in each epoch, or a program that generates each epoch."""

import concurrent.futures
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

import numpy as np

from model_press.formats.errors import UserError
from model_press.images import image_set

Epoch = tuple[np.ndarray, np.ndarray]


class FixedImages:
    """The same images in every epoch, in another order."""

    def __init__(self, pixels: np.ndarray, classes: np.ndarray):
        """Take pixels, uint8 [N, H, W, 3], and classes, int32 [N], -1 for unknown."""
        self._pixels, self._classes = pixels, classes

    def epochs(self, count: int, seed: int) -> Iterator[Epoch]:
        """Yield `count` epochs."""
        for epoch in range(count):
            order = np.random.default_rng((seed, epoch)).permutation(len(self._pixels))
            yield self._pixels[order], self._classes[order]


class GeneratedImages:
    """Images that an image_set's generator makes, with another --seed for each epoch.

    The next epoch is made by its own process while training uses the present one.
    """

    def __init__(self, command: Sequence[str], class_count: int):
        self._command, self._class_count = list(command), class_count

    def epochs(self, count: int, seed: int) -> Iterator[Epoch]:
        """Yield `count` epochs.

        Raises:
          UserError: the program fails or writes no image set.
        """
        with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
            coming = pool.submit(self._make, _program_seed(seed, 0)) if count else None
            for epoch in range(count):
                images = coming.result()
                if epoch + 1 < count:
                    coming = pool.submit(self._make, _program_seed(seed, epoch + 1))
                yield images

    def _make(self, seed: int) -> Epoch:
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("images.npy", "classes.npy")]
            command = [*self._command, f"--seed={seed}"]
            command += [f"--out-images={paths[0]}", f"--out-classes={paths[1]}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
                raise UserError(
                    f"the training images' generator {os.path.basename(command[0])} ended with code "
                    f"{done.returncode} for --seed={seed}: {said}"
                )
            pixels, classes = image_set.from_arrays(*paths, self._class_count)
            return np.array(pixels), np.array(classes)


def _program_seed(seed: int, epoch: int) -> int:
    """Return a seed that differs from the small seeds of image sets, so that no epoch repeats one of them."""
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint32)[0]) | 1 << 20
