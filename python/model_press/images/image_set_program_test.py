"""image_set_program: warnings and errors, each in one line with the label."""

import numpy as np
import pytest
from testing import programs

from model_press.images import image_set_program, npy


def _run(*argv: str) -> tuple[int, list[str]]:
    return programs.lines(argv, image_set_program.COMMAND)


def _image_set_arguments(tmp_path, pixels: np.ndarray) -> list[str]:
    np.save(tmp_path / "g.npy", pixels)
    return [
        "--label=//models/x:set",
        f"--images={tmp_path / 'g.npy'}",
        f"--out-images={tmp_path / 'o.images.npy'}",
        f"--out-classes={tmp_path / 'o.classes.npy'}",
    ]


def test_suspicious_images_are_written_with_a_warning_each(tmp_path):
    code, lines = _run(*_image_set_arguments(tmp_path, np.zeros((2, 4, 4, 3), np.uint8)))
    assert code == 0 and (tmp_path / "o.images.npy").exists()
    assert [line.split(": ")[0] for line in lines] == ["WARNING //models/x:set"] * 2
    assert "all the same image" in lines[0] and "between 0 and 0" in lines[1]


@pytest.mark.parametrize("label", ["//models/x:set", "@//models/x:set", "@@//models/x:set"])
def test_user_error_is_one_line_with_the_label(tmp_path, label):
    arguments = _image_set_arguments(tmp_path, np.zeros((0, 4, 4, 3), np.uint8))
    arguments[0:1] = ["--label", label]
    code, lines = _run(*arguments)
    assert code == 1
    assert len(lines) == 1 and "\n" not in lines[0]
    assert lines[0].startswith("ERROR //models/x:set: images ") and "empty" in lines[0]
    assert not (tmp_path / "o.images.npy").exists()


def test_no_disk_space_is_one_line(monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device", "o.npy")

    monkeypatch.setattr(npy, "write_npy", full)
    code, lines = _run(*_image_set_arguments(tmp_path, np.zeros((2, 4, 4, 3), np.uint8)))
    assert (code, lines) == (1, ["ERROR //models/x:set: No space left on device: o.npy"])
