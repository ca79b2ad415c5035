"""labels: one name a line in UTF-8; what is not that is refused by its line."""

import pytest
from testing.raises import user_error

from model_press.formats import labels


def _read(tmp_path, data: bytes) -> list[str]:
    (tmp_path / "l.txt").write_bytes(data)
    return labels.read(tmp_path / "l.txt")


def test_names_are_read_whatever_ends_their_lines(tmp_path):
    wanted = ["Käse", "猫", "👩\u200d🔬"]
    for end in ("\n", "\r\n", "\u2028"):
        assert _read(tmp_path, (end.join(wanted) + end).encode()) == wanted
    assert _read(tmp_path, "\n".join(wanted).encode("utf-8-sig")) == wanted
    assert _read(tmp_path, "\ufeffrot\r\nblau \n\n".encode()) == ["rot", "blau"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("a\nb\n".encode("utf-16"), "l.txt is not UTF-8 text"),
        # Without its mark it is valid UTF-8.
        ("ab\ncd\n".encode("utf-16-le"), "line 1 has the control character U+0000"),
        ("Käse\n".encode("latin-1"), "l.txt is not UTF-8 text"),
        (b"a\n\x1b[2Jb\n", "line 2 has the control character U+001B"),
        (b"a\n\nb\n", "line 2 is blank"),
    ],
)
def test_odd_encodings_are_refused_by_their_line(tmp_path, data, said):
    with user_error(said):
        _read(tmp_path, data)


def test_a_file_larger_than_any_of_labels_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "_MOST_BYTES", 4)
    assert _read(tmp_path, b"a\nb\n") == ["a", "b"]
    with user_error("l.txt has 6 bytes, expected at most 4"):
        _read(tmp_path, b"a\nb\nc\n")
