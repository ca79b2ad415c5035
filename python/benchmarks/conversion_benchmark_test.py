"""The benchmark's verdict: slower workers and differing files are both red."""

import pytest
from benchmarks import conversion_benchmark


@pytest.mark.parametrize(
    ("workers", "different", "code"),
    [(115.0, [], 0), (115.2, [], 1), (50.0, [], 0), (50.0, ["xception_int8_first.tflite"], 1)],
)
def test_verdict(workers, different, code, capsys):
    assert conversion_benchmark.verdict(workers, 100.0, different) == code
    said = capsys.readouterr().out
    assert f"ratio {workers / 100:.3f}, at most 1.15" in said
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
