"""Pictures decode as everywhere in model_press; what is not a picture, damaged or too large is one line."""

import numpy as np
import pytest
from model_press.formats.errors import UserError
from model_press.images import decode
from model_press.images.decode import NotAnImageError
from PIL import Image

from pi_runner import photo, testing
from pi_runner.failures import TooLargeError

_PICTURE = testing.picture(60, 40)
_ROTATED = Image.Exif()
_ROTATED[0x0112] = 6


@pytest.mark.parametrize(
    "data",
    [
        testing.encoded(_PICTURE),
        testing.encoded(_PICTURE, "JPEG"),
        testing.encoded(_PICTURE, "JPEG", exif=_ROTATED),
        testing.encoded(_PICTURE.convert("LA")),
        testing.encoded(_PICTURE.convert("CMYK"), "JPEG"),
        testing.encoded(_PICTURE.convert("P")),
    ],
)
def test_same_pixels_as_the_build(tmp_path, data):
    path = tmp_path / "picture"
    path.write_bytes(data)
    expected = np.asarray(decode.decode(path))
    assert np.array_equal(np.asarray(photo.decode(path, "notes.txt")), expected)
    assert np.array_equal(np.asarray(photo.decode(data, "upload")), expected)


def test_a_hundred_megapixels_are_refused_before_decoding():
    # 100 megapixels of one colour: 100 kB as a file, 100 MB decoded.
    data = testing.encoded(Image.new("L", (10_000, 10_000)))
    with pytest.raises(TooLargeError, match="10000x10000, 100 megapixels; at most 64 are taken"):
        photo.decode(data, "huge.png")
    assert photo.decode(data, "huge.png", megapixels=101).size == (10_000, 10_000)


def test_not_an_image(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(NotAnImageError, match="notes.txt is not an image"):
        photo.decode(path, "notes.txt")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_truncated(kind):
    data = testing.encoded(testing.picture(200, 100), kind)
    with pytest.raises(UserError, match="half.*truncated or corrupt") as caught:
        photo.decode(data[: len(data) // 2], "half")
    assert "\n" not in str(caught.value)


def test_empty_and_missing(tmp_path):
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(UserError, match="empty"):
        photo.decode(tmp_path / "empty.jpg", "empty")
    with pytest.raises(UserError, match="does not exist"):
        photo.decode(tmp_path / "none.jpg", "none")


def test_a_file_that_goes_while_it_is_looked_at(tmp_path, monkeypatch):
    """`watch` must go on with the next picture, so this is the picture's error."""
    path = tmp_path / "photo.png"
    path.write_bytes(b"1")

    def gone(path):
        path.unlink()
        return path.open()

    monkeypatch.setattr(photo.files, "is_lfs_pointer", gone)
    with pytest.raises(UserError, match=r"photo\.png cannot be read: No such file"):
        photo.decode(path, str(path))
