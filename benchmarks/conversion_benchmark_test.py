"""The benchmark's verdict: slower workers and differing files are both red."""

import pytest

from benchmarks import conversion_benchmark


@pytest.mark.parametrize(
    ("seconds", "different", "code"),
    [
        ({1: 100.0, 2: 60.0}, [], 0),
        ({1: 100.2, 2: 50.0}, [], 1),
        ({1: 90.0, 2: 60.2}, [], 1),
        ({1: 90.0}, [], 0),
        ({1: 50.0}, ["xception_int8_first.tflite"], 1),
    ],
)
def test_verdict(seconds, different, code, capsys):
    assert conversion_benchmark.verdict(seconds, 100.0, different) == code
    said = capsys.readouterr().out
    assert (
        f"1 worker {seconds[1]:.1f} s, by hand 100.0 s, ratio {seconds[1] / 100:.3f}, at most 1.0"
        in said
    )
    assert ("2 workers" in said) == (2 in seconds)
    assert all(f"ERROR {name} differs" in said for name in different)


def test_differing_files_are_named(tmp_path):
    built, by_hand = tmp_path / "built", tmp_path / "by_hand"
    built.mkdir()
    by_hand.mkdir()
    for number, when in enumerate(("first", "second")):
        (built / f"xception_int8_{when}.tflite").write_bytes(b"same")
        (by_hand / f"int8_{number}.tflite").write_bytes(b"same" if number else b"other")
    found = conversion_benchmark.differing(["int8"], built, by_hand)
    assert found == ["xception_int8_first.tflite"]
