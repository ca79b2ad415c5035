"""The app's sample is balanced, repeatable and in a form that the app reads."""

import numpy as np
import pytest

from android.private import sample_images


def test_takes_classes_in_turn():
    classes = np.array([0, 0, 0, 1, 2, 2, -1])
    assert sample_images.choose(classes, 3).tolist() == [0, 3, 4]
    assert sample_images.choose(classes, 5).tolist() == [0, 1, 3, 4, 5]
    assert sample_images.choose(classes, 99).tolist() == [0, 1, 2, 3, 4, 5]


def test_refuses_a_set_without_classes():
    with pytest.raises(sample_images.SampleError, match="accuracy needs labelled images"):
        sample_images.choose(np.array([-1, -1]), 2)


def _run(tmp_path, classes: list[int]) -> int:
    images = np.arange(len(classes) * 12, dtype=np.uint8).reshape(-1, 2, 2, 3)
    np.save(tmp_path / "i.npy", images)
    np.save(tmp_path / "c.npy", np.array(classes, np.int32))
    return sample_images.main(
        [
            "--label=//a:b",
            f"--images={tmp_path / 'i.npy'}",
            f"--classes={tmp_path / 'c.npy'}",
            "--count=2",
            f"--out={tmp_path / 'out'}",
        ]
    )


def test_writes_images_and_classes(tmp_path):
    assert _run(tmp_path, [300, 300, 1]) == 0
    images = np.load(tmp_path / "out/sample/images.npy")
    assert images.shape == (2, 2, 2, 3) and images.dtype == np.uint8
    assert images[1, 0, 0, 0] == 24
    classes = np.load(tmp_path / "out/sample/classes.npy")
    assert classes.tolist() == [300 - 256, 1, 1, 0]


def test_leaves_nothing_behind_when_refused(tmp_path, capsys):
    assert _run(tmp_path, [-1, -1]) == 1
    assert capsys.readouterr().err.startswith("//a:b: none of the sample")
    assert not (tmp_path / "out").exists()
