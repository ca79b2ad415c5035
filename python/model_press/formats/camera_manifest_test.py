"""The manifest of schema 2 reads back, and says in one line what contradicts itself."""

import pytest
from testing import camera_networks
from testing.raises import user_error

from model_press.camera_input.tflite import fusing
from model_press.formats import camera_manifest, strict_json
from model_press.formats import manifest as plain
from model_press.formats.camera_input import Entry, make_answer


@pytest.fixture(scope="module")
def described() -> camera_manifest.FusedManifest:
    data, sheet = camera_networks.pixels("uint8", 8, 8)
    entry = Entry(30, 40, "RGBA", "crop", "bilinear_antialias")
    return fusing.fuse(data, sheet, "net_camera", entry, make_answer(("topk",), 3, 192)).manifest


def test_round_trip(described, tmp_path):
    camera_manifest.write(tmp_path / "m.json", described)
    assert camera_manifest.read(tmp_path / "m.json") == described
    assert camera_manifest.read_any(tmp_path / "m.json") == described


def test_schema_1_reads_as_before(tmp_path):
    _, sheet = camera_networks.pixels("uint8", 8, 8)
    plain.write(tmp_path / "m.json", sheet)
    assert camera_manifest.read_any(tmp_path / "m.json") == sheet


def test_a_reader_of_schema_1_refuses_it(described):
    with user_error("m.json"):
        plain.parse(strict_json.to_json(described), "m.json")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema_version",), 3, "schema_version"),
        (("entry", "height"), 31, "expected the entry's frame, uint8 [1, 31, 40, 4]"),
        (("entry", "color_order"), "RGB", "expected the entry's frame, uint8 [1, 30, 40, 3]"),
        (("entry", "color_order"), "NV12", "expected the entry's frame, uint8 [1, 45, 40, 1]"),
        (("entry", "filter"), "lanczos", "filter"),
        (("entry", "turn"), 45, "turn"),
        (("input", "scale"), 2.0, "input has scale 2.0"),
        (("network",), [8], "network is [8], expected a height and a width of 1 to 16384"),
        (("network",), [8, 0], "network is [8, 0]"),
        (("network",), [16385, 8], "network is [16385, 8]"),
        (("preprocess", "mean"), [0, 0], "preprocess.mean has 2 and .std 3 numbers"),
        (("answer", "count"), 193, "m.json: answer.count 193 must be 1 to 192, the model's number"),
        (("answer", "count"), 4, "scores is int8 [1, 3], expected float32 or uint8 or int8 [1, 4]"),
        (("answer", "steps"), ["argmax"], "m.json: answer.count is 3, expected 1"),
        (
            ("answer", "steps"),
            ["topk", "softmax"],
            "m.json: answer.steps ['topk', 'softmax'] is not a valid",
        ),
        (("indices",), None, "indices is null, expected int32 [1, 3]"),
        (("indices", "dtype"), "float32", "expected int32"),
        (("scores", "scale"), 0.0, "int8 of scale 0.0"),
        (("model", "file"), "../x", "plain file name"),
    ],
)
def test_contradictions_are_named(described, path, value, message):
    data = strict_json.to_json(described)
    data = plain_json(data)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with user_error(message):
        camera_manifest.parse(data, "m.json")


def plain_json(value):
    """The value as it comes from a file: lists for tuples."""
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    return [plain_json(item) for item in value] if isinstance(value, (list, tuple)) else value
