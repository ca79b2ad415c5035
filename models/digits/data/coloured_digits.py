"""Composites handwritten digits, in red or blue ink, onto photographs.

Twenty classes: `0 red` to `9 red`, then `0 blue` to `9 blue` (class = digit, plus 10 for blue).
The same digit in the other colour is another class, so exchanging red and blue anywhere between
a photograph and the model costs all the accuracy.

Everything is integer arithmetic on seeded integers: a set has the same bytes on every machine.
Digits and photographs of the two splits are disjoint.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from model_press.formats.errors import UserError

from models.digits.data import handwritten
from models.photographs import bits, crops, photos

INKS = ("red", "blue")
LABELS = tuple(f"{digit} {ink}" for ink in INKS for digit in range(10))
MIN_SIZE, MAX_SIZE = 64, 96

# Fixed point: geometry in 1/4096, interpolation and blending weights in 1/256. A product of two
# geometric values stays below 2**31 for images of MAX_SIZE, so int32 holds everything.
_GEOMETRY = 12
_WEIGHT = 8
# Photographs are kept at reductions whose shorter side is 1.25**k times the image's.
_LEVEL_RATIO_PERCENT = 125
_MAX_LEVELS = 8
_CHUNK = 250
# Ink and background differ by at least this (sum over the channels), if one of the tried shades does.
_CLEAR_CONTRAST = 120
_SHADES = 4


def _draw(seed: int, stream: str, low: int, high: int, shape: int | tuple[int, ...]) -> np.ndarray:
    return bits.integers(seed, stream, low, high, shape).astype(np.int32)


@dataclasses.dataclass(frozen=True)
class Composer:
    """Makes coloured digits of one split.

    Attributes:
      digits: the handwritten digits; every call of `compose` uses each of them once.
      levels: per photograph, its reductions as uint8 [h, w, 3], each at least `size` high and wide.
      size: height and width of the images in pixels.
      vary_photos: also vary the photographs' colours and contrast and turn them. For training:
        with a handful of photographs a net would learn them by heart. A low contrast looks like
        paper, on which users of the apps will write.
    """

    digits: handwritten.Digits
    levels: tuple[tuple[np.ndarray, ...], ...]
    size: int
    vary_photos: bool

    def compose(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return one coloured image per digit, in a shuffled order.

        Args:
          seed: decides everything; give each epoch its own.

        Returns:
          images uint8 RGB [N, size, size, 3] and classes int32 [N].
        """
        count = len(self.digits)
        order = bits.permutation(seed, "order", count)
        blue = bits.integers(seed, "blue", 0, 1, count)
        images = self._backgrounds(seed, count)
        for start in range(0, count, _CHUNK):
            chunk = slice(start, min(start + _CHUNK, count))
            self._write(seed, start, images[chunk], self.digits.ink[order[chunk]], blue[chunk])
        return images, (self.digits.digit[order] + 10 * blue).astype(np.int32)

    def _backgrounds(self, seed: int, count: int) -> np.ndarray:
        """Cut a random window out of a random reduction of a random photograph, per image."""
        size = self.size
        draws = bits.words(seed, "windows", 4 * count).reshape(4, count) >> np.uint64(40)
        which, level, row, column = draws.astype(np.int64)
        turn = bits.integers(seed, "turn", 0, 7 if self.vary_photos else 1, count)
        images = np.empty((count, size, size, 3), np.uint8)
        for i in range(count):
            levels = self.levels[which[i] % len(self.levels)]
            photo = levels[level[i] % len(levels)]
            top = row[i] % (photo.shape[0] - size + 1)
            left = column[i] % (photo.shape[1] - size + 1)
            window = photo[top : top + size, left : left + size]
            if turn[i] & 1:
                window = window[:, ::-1]
            if turn[i] & 2:
                window = window[::-1]
            if turn[i] & 4:
                window = window.transpose(1, 0, 2)
            images[i] = window
        if self.vary_photos:
            for start in range(0, count, _CHUNK):
                self._vary(seed, start, images[start : start + _CHUNK])
        return images

    def _vary(self, seed: int, start: int, images: np.ndarray) -> None:
        """Exchange, scale and flatten the channels of some images, in place."""
        count = len(images)
        stream = f"vary {start}"
        exchange = _draw(seed, f"{stream} channels", 0, len(crops.CHANNEL_ORDERS) - 1, count)
        gain = _draw(seed, f"{stream} gain", 96, 352, (count, 1, 1, 3))
        # A quarter of the images becomes nearly plain, half keeps the photograph's contrast.
        kind = _draw(seed, f"{stream} kind", 0, 3, (count, 1, 1, 1))
        flat = _draw(seed, f"{stream} flat", 0, 64, kind.shape)
        some = _draw(seed, f"{stream} some", 64, 256, kind.shape)
        contrast = np.select([kind == 0, kind == 1], [flat, some], np.int32(256))
        # Flat images become whitish or grey paper, or any colour (red ink on red, say).
        grey = _draw(seed, f"{stream} grey", 90, 255, kind.shape)
        tint = _draw(seed, f"{stream} tint", -30, 30, (count, 1, 1, 3))
        colour = _draw(seed, f"{stream} colour", 0, 255, (count, 1, 1, 3))
        coloured = _draw(seed, f"{stream} coloured", 0, 1, kind.shape)
        paper = np.where(coloured == 1, colour, np.clip(grey + tint, 0, 255))
        for index, channels in enumerate(crops.CHANNEL_ORDERS):
            images[exchange == index] = images[exchange == index][..., channels]
        pixels = images.astype(np.int32)
        pixels = np.minimum((pixels * gain) >> _WEIGHT, 255)
        pixels = pixels * contrast + paper * (256 - contrast)
        images[:] = (pixels >> _WEIGHT).astype(np.uint8)

    def _write(
        self, seed: int, start: int, images: np.ndarray, ink: np.ndarray, blue: np.ndarray
    ) -> None:
        """Write one digit on each image, in place."""
        count = len(images)
        stream = f"ink {start}"
        mask = self._place(seed, stream, ink)
        # A pen that presses harder: lighter parts of the stroke become full ink.
        press = _draw(seed, f"{stream} press", 256, 400, (count, 1, 1))
        opacity = _draw(seed, f"{stream} opacity", 208, 256, (count, 1, 1))
        alpha = (np.minimum((mask * press) >> _WEIGHT, 255) * opacity) >> _WEIGHT
        colour = self._colour(seed, stream, images, alpha, blue)[:, None, None, :]
        alpha = alpha[..., None]
        mixed = images.astype(np.int32) * (255 - alpha) + colour * alpha
        images[:] = ((mixed + 127) // 255).astype(np.uint8)

    def _colour(
        self, seed: int, stream: str, images: np.ndarray, alpha: np.ndarray, blue: np.ndarray
    ) -> np.ndarray:
        """Choose a shade of each ink that a person can tell from its background; int32 [n, 3]."""
        count = len(images)
        main = _draw(seed, f"{stream} main", 130, 255, (count, _SHADES, 1))
        others = _draw(seed, f"{stream} others", 0, 96, (count, _SHADES, 2))
        shades = np.concatenate([main, (others * main) >> _WEIGHT], axis=2)
        shades = np.where(blue[:, None, None] == 1, shades[:, :, ::-1], shades)
        covered = (alpha > 127).astype(np.int32)
        below = np.einsum("nhwc,nhw->nc", images.astype(np.int32), covered)
        below = below // np.maximum(covered.sum(axis=(1, 2)), 1)[:, None]
        contrast = np.abs(shades - below[:, None, :]).sum(axis=2)
        # The first shade that is clear enough, else the clearest one.
        best = np.minimum(contrast, _CLEAR_CONTRAST).argmax(axis=1)
        return shades[np.arange(count), best].astype(np.int32)

    def _place(self, seed: int, stream: str, ink: np.ndarray) -> np.ndarray:
        """Scale, slant, rotate and move digits; return their ink, int32 [n, size, size]."""
        size, count = self.size, len(ink)
        one = 1 << _GEOMETRY
        # A 28x28 source fills 60 to 100 % of the image; its digit is 20 of the 28 pixels.
        side = _draw(seed, f"{stream} side", size * 60, size * 100, (count, 1, 1))
        step = one * handwritten.SIDE * 100 // side  # source pixels per image pixel
        room = (size * 100 - side * 8 // 10) * one // 200  # keeps the digit inside
        move = _draw(seed, f"{stream} move", -one, one, (count, 2, 1, 1))
        # t = tan(angle/2) gives an exact rotation without a sine: up to 17 degrees either way.
        t = _draw(seed, f"{stream} turn", -38, 38, (count, 1, 1))
        norm = 256 * 256 + t * t
        cosine = (256 * 256 - t * t) * one // norm
        sine = 2 * 256 * t * one // norm
        slant = _draw(seed, f"{stream} slant", -one // 5, one // 5, (count, 1, 1))
        centres = (2 * np.arange(size, dtype=np.int32) + 1 - size) * one // 2
        dx = centres[None, None, :] - ((room * move[:, 0]) >> _GEOMETRY)
        dy = centres[None, :, None] - ((room * move[:, 1]) >> _GEOMETRY)
        u = (dx * cosine + dy * sine) >> _GEOMETRY
        v = (dy * cosine - dx * sine) >> _GEOMETRY
        u = u + ((v * slant) >> _GEOMETRY)
        half = (handwritten.SIDE - 1) * one // 2
        return _bilinear(ink, ((v * step) >> _GEOMETRY) + half, ((u * step) >> _GEOMETRY) + half)


def _bilinear(ink: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Sample [n, 28, 28] at fixed-point positions [n, h, w]; the outside is 0."""
    border = 1
    padded = np.pad(ink, ((0, 0), (border, border), (border, border))).astype(np.int32)
    side = padded.shape[1]
    last = ((side - 1) << _GEOMETRY) - 1
    row = np.clip(row + (border << _GEOMETRY), 0, last)
    column = np.clip(column + (border << _GEOMETRY), 0, last)
    r, c = row >> _GEOMETRY, column >> _GEOMETRY
    fraction = (1 << _WEIGHT) - 1
    fr = (row >> (_GEOMETRY - _WEIGHT)) & fraction
    fc = (column >> (_GEOMETRY - _WEIGHT)) & fraction
    flat = padded.ravel()
    at = np.arange(len(ink), dtype=np.int32)[:, None, None] * (side * side) + r * side + c
    one = 1 << _WEIGHT
    top = flat[at] * (one - fc) + flat[at + 1] * fc
    bottom = flat[at + side] * (one - fc) + flat[at + side + 1] * fc
    return (top * (one - fr) + bottom * fr) >> (2 * _WEIGHT)


def _reductions(photo: np.ndarray, size: int) -> tuple[np.ndarray, ...]:
    """Return a photograph reduced (never enlarged) to several scales, smallest first."""
    from PIL import Image

    levels, short = [], min(photo.shape[:2])
    percent = 100 * _LEVEL_RATIO_PERCENT
    while len(levels) < _MAX_LEVELS and size * percent // 10000 <= short:
        target = size * percent // 10000
        height, width = (side * target // short for side in photo.shape[:2])
        image = Image.fromarray(photo).resize((width, height), Image.Resampling.BILINEAR)
        levels.append(np.asarray(image))
        percent = percent * _LEVEL_RATIO_PERCENT // 100
    return tuple(levels)


def composer(split: str, digits_folder: str, size: int, *, vary_photos: bool) -> Composer:
    """Make the composer of one split.

    Args:
      split: photos.TRAIN or photos.HELD_OUT, for digits and photographs alike.
      digits_folder: see `handwritten.load`.
      size: height and width of the images, MIN_SIZE to MAX_SIZE pixels.
      vary_photos: see `Composer`.

    Raises:
      UserError: the size is out of range; digits or photographs are missing or damaged.
    """
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise UserError(f"size {size} is not within {MIN_SIZE}..{MAX_SIZE} pixels")
    train, held_out = handwritten.load(digits_folder)
    pictures = photos.load_split(split)
    return Composer(
        digits=train if split == photos.TRAIN else held_out,
        levels=tuple(_reductions(photo, size) for photo in pictures.values()),
        size=size,
        vary_photos=vary_photos,
    )
