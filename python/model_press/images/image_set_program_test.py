"""image_set_program: warnings and errors, each in one line with the label."""

import numpy as np
from testing import programs

from model_press.images import image_set_program


def _run(tmp_path, count: int) -> tuple[int, list[str], bool]:
    """Return the exit code, the lines, and whether `count` black images are written."""
    np.save(tmp_path / "g.npy", np.zeros((count, 4, 4, 3), np.uint8))
    out = tmp_path / "o.images.npy"
    files = [f"--out-images={out}", f"--out-classes={tmp_path / 'o.classes.npy'}"]
    arguments = ["--label=//models/x:set", f"--images={tmp_path / 'g.npy'}", *files]
    return *programs.lines(arguments, image_set_program.COMMAND), out.exists()


def test_suspicious_images_are_written_with_a_warning_each(tmp_path):
    code, lines, written = _run(tmp_path, 2)
    assert code == 0 and written
    assert [line.split(": ")[0] for line in lines] == ["WARNING //models/x:set"] * 2
    assert "all the same image" in lines[0] and "between 0 and 0" in lines[1]


def test_an_empty_set_is_refused_and_not_written(tmp_path):
    code, lines, written = _run(tmp_path, 0)
    assert (code, len(lines), written) == (1, 1, False)
    assert lines[0].startswith("ERROR //models/x:set: images ") and "empty" in lines[0]
