"""images and image_set: decoding, the crop rule, and every kind of bad input."""

import numpy as np
import pytest
from PIL import Image
from testing.raises import user_error

from model_press.images import decode, image_set

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


def _photo(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3))
    return Image.fromarray(pixels.astype(np.uint8))


@pytest.mark.parametrize(
    "size, target, box",
    [
        ((100, 100), (10, 10), (0, 0, 100, 100)),
        ((101, 100), (10, 10), (0, 0, 100, 100)),
        ((103, 100), (10, 10), (1, 0, 101, 100)),
        ((100, 103), (10, 10), (0, 1, 100, 101)),
        ((100, 50), (10, 20), (37, 0, 62, 50)),
        ((7, 3), (2, 3), (2, 0, 4, 3)),
        ((1, 1000), (300, 1), (0, 499, 1, 500)),
    ],
)
def test_crop_box_is_the_largest_centred_one(size, target, box):
    assert decode.crop_box(*size, *target) == box


def test_fit_crop_is_crop_then_pillow_bilinear():
    photo = _photo(40, 25)
    box = decode.crop_box(40, 25, 8, 8)
    expected = photo.crop(box).resize((8, 8), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(decode.fit(photo, 8, 8, "crop"), expected)
    stretched = photo.resize((8, 8), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(decode.fit(photo, 8, 8, "stretch"), stretched)


def test_same_size_is_the_identity():
    photo = _photo(8, 8)
    np.testing.assert_array_equal(decode.fit(photo, 8, 8, "crop"), np.asarray(photo))


def test_exif_orientation_is_applied(tmp_path):
    image = Image.new("RGB", (2, 1), RED)
    image.putpixel((1, 0), GREEN)
    exif = image.getexif()
    exif[0x0112] = 6  # stored lying, to be turned 90 degrees clockwise
    image.save(tmp_path / "i.png", exif=exif)
    decoded = decode.decode(tmp_path / "i.png")
    assert (decoded.size, decoded.getpixel((0, 0)), decoded.getpixel((0, 1))) == (
        (1, 2),
        RED,
        GREEN,
    )


@pytest.mark.parametrize(
    "image, pixel",
    [
        (Image.new("RGBA", (1, 1), (255, 0, 0, 0)), WHITE),
        (Image.new("RGBA", (1, 1), (255, 0, 0, 255)), RED),
        (Image.new("LA", (1, 1), (0, 0)), WHITE),
        (Image.new("L", (1, 1), 7), (7, 7, 7)),
        (Image.new("CMYK", (1, 1), (0, 255, 255, 0)), RED),
        (Image.fromarray(np.full((1, 1), 65535, np.uint16)), WHITE),
        (Image.fromarray(np.full((1, 1), 257 * 7, np.uint16)), (7, 7, 7)),
    ],
)
def test_every_mode_becomes_rgb(image, pixel):
    assert decode.to_rgb(image).getpixel((0, 0)) == pixel


def _jpeg(path, size=(64, 64)):
    _photo(*size).save(path, "JPEG")
    return path


def test_bad_image_files_are_named(tmp_path):
    text = tmp_path / "notes.jpg"
    text.write_text("not an image")
    with user_error("notes.jpg", "not an image"):
        decode.decode(text)
    cut = _jpeg(tmp_path / "cut.jpg")
    cut.write_bytes(cut.read_bytes()[:-400])
    with user_error("cut.jpg", "truncated"):
        decode.decode(cut)
    pointer = tmp_path / "lfs.jpg"
    pointer.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with user_error("lfs.jpg", "git lfs pull"):
        decode.decode(pointer)
    with user_error("gone.jpg", "does not exist"):
        decode.decode(tmp_path / "gone.jpg")


def test_decompression_bomb_is_refused_before_decoding(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 100)
    with user_error("big.jpg", "64x64", "100"):
        decode.decode(_jpeg(tmp_path / "big.jpg"))


def test_image_set_from_files(tmp_path):
    items = [(str(_jpeg(tmp_path / f"{i}.jpg")), i) for i in range(2)]
    out_images, out_classes = tmp_path / "s.images.npy", tmp_path / "s.classes.npy"
    image_set.write_from_files(items, 8, 6, "crop", 2, out_images, out_classes)
    pixels, classes = np.load(out_images), np.load(out_classes)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (2, 8, 6, 3))
    assert (classes.dtype, classes.tolist()) == (np.int32, [0, 1])


def test_one_bad_image_leaves_no_output(tmp_path):
    bad = tmp_path / "b.jpg"
    bad.write_text("x")
    items = [(str(_jpeg(tmp_path / "a.jpg")), 0), (str(bad), 0)]
    with user_error("b.jpg"):
        image_set.write_from_files(
            items, 8, 8, "crop", None, tmp_path / "o.npy", tmp_path / "c.npy"
        )
    assert {p.name for p in tmp_path.iterdir()} == {"a.jpg", "b.jpg"}


def test_items_and_their_mistakes():
    assert image_set.parse_items(["a=b/c.jpg=3", "d.jpg"]) == [("a=b/c.jpg", 3), ("d.jpg", -1)]
    with user_error("x.jpg=cat", "class number"):
        image_set.parse_items(["x.jpg=cat"])
    with user_error("empty: `--image` is not given"):
        image_set.write_from_files([], 8, 8, "crop", None, "o", "c")


GOOD = np.zeros((2, 4, 4, 3), np.uint8)


@pytest.mark.parametrize(
    "pixels, classes, said",
    [
        (GOOD.astype(np.float32), [0, 1], "float32"),
        (GOOD[..., :1], [0, 1], "[2, 4, 4, 1]"),
        (GOOD[:0], [], "empty"),
        (GOOD, [0], "int32 [1]"),
        (GOOD, [0, 20], "class 20"),
        (GOOD, [0, -2], "class -2"),
    ],
)
def test_bad_arrays_are_named(tmp_path, pixels, classes, said):
    np.save(tmp_path / "i.npy", pixels)
    np.save(tmp_path / "c.npy", np.array(classes, np.int32))
    with user_error(said):
        image_set.from_arrays(tmp_path / "i.npy", tmp_path / "c.npy", 20)


@pytest.mark.parametrize(
    ("mode", "kind", "options", "each"),
    [
        ("RGB", "JPEG", {}, 8),
        ("RGB", "JPEG", {"progressive": True}, 18),
        ("L", "PNG", {}, 8),
        ("RGBA", "PNG", {}, 18),
        ("I;16", "PNG", {}, 18),
        ("P", "PNG", {"transparency": 0}, 18),
        ("RGB", "WEBP", {}, 18),
    ],
)
def test_what_decoding_takes_is_known_before(tmp_path, mode, kind, options, each):
    Image.new(mode, (20, 10)).save(tmp_path / "i", kind, **options)
    with Image.open(tmp_path / "i") as image:
        assert decode.decoding_bytes(image) == 200 * each


def test_a_bomb_of_few_enough_pixels_is_refused_by_its_memory(tmp_path, monkeypatch):
    Image.new("RGBA", (20, 10)).save(tmp_path / "i.png")
    monkeypatch.setattr(decode, "MAX_BYTES", 200 * 18)
    decode.decode(tmp_path / "i.png")
    monkeypatch.setattr(decode, "MAX_BYTES", 200 * 18 - 1)
    with user_error("i.png is 20x10, and decoding its kind takes 0.0 GB"):
        decode.decode(tmp_path / "i.png")


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "TGA", "EPS"])
def test_other_formats_of_pillow_are_not_tried(tmp_path, kind):
    """Each is a reader more to attack; that of EPS starts Ghostscript."""
    Image.new("RGB", (8, 8)).save(tmp_path / "i.jpg", kind)
    with user_error("i.jpg is not an image that can be decoded; use JPEG, PNG, WebP or BMP"):
        decode.decode(tmp_path / "i.jpg")
