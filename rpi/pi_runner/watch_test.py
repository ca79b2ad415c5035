"""A folder's pictures are answered once, when they are whole."""

import contextlib
import os

import pytest
from model_press.formats.errors import UserError

from pi_runner import watch
from pi_runner.watch import Folder


def test_only_new_whole_pictures(tmp_path):
    (tmp_path / "old.jpg").write_bytes(b"1")
    folder = Folder(tmp_path, existing=False)
    assert folder.look() == []
    new = tmp_path / "new.jpg"
    new.write_bytes(b"12")
    assert folder.look() == []  # seen, perhaps still growing
    new.write_bytes(b"123")
    assert folder.look() == []
    assert folder.look() == [new]
    assert folder.look() == []


def test_existing_too(tmp_path):
    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).write_bytes(b"1")
    folder = Folder(tmp_path, existing=True)
    folder.look()
    assert [path.name for path in folder.look()] == ["a.JPG", "b.png"]


def test_a_replaced_picture_counts_again(tmp_path):
    picture = tmp_path / "shot.png"
    picture.write_bytes(b"1")
    folder = Folder(tmp_path, existing=True)
    folder.look()
    assert folder.look() == [picture]
    picture.write_bytes(b"22")
    folder.look()
    assert folder.look() == [picture]
    os.unlink(picture)
    folder.look()
    picture.write_bytes(b"22")
    folder.look()
    assert folder.look() == [picture]


def test_no_folder(tmp_path):
    with pytest.raises(UserError, match="is not a folder"):
        Folder(tmp_path / "none", existing=False)


def test_a_picture_that_goes_while_it_is_listed(tmp_path, monkeypatch):
    """Who takes a picture away between its listing and the look at it ends nothing."""
    for name in ("first.png", "last.png", "taken.png"):
        (tmp_path / name).write_bytes(b"1")
    scan = os.scandir

    def taken_behind_the_listing(path):
        entries = list(scan(path))
        (tmp_path / "taken.png").unlink(missing_ok=True)
        return contextlib.nullcontext(entries)

    monkeypatch.setattr(watch.os, "scandir", taken_behind_the_listing)
    folder = Folder(tmp_path, existing=True)
    assert folder.look() == []
    assert [path.name for path in folder.look()] == ["first.png", "last.png"]


def test_the_folder_goes(tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    folder = Folder(spool, existing=True)
    spool.rmdir()
    with pytest.raises(UserError, match="went away"):
        folder.look()
