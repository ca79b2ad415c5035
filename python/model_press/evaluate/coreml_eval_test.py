"""coreml_eval: a package or its zip, a photograph, labels; one line for what cannot be run."""

import json

import pytest
from PIL import Image
from testing import coreml_models, keras_models, programs

from model_press.coreml import package
from model_press.evaluate import coreml_eval


@pytest.fixture(scope="module")
def variant(tmp_path_factory):
    one = coreml_models.source(tmp_path_factory.mktemp("eval"), keras_models.classifier("2"))
    return one.convert(coreml_models.recipe("int8"))


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(coreml_models.IMAGES[7]).save(path)
    return str(path)


def test_folder_and_zip_give_the_scores(variant, photo, tmp_path, capsys):
    package.write_zip(variant.package, tmp_path / "net.zip", "net.mlpackage")
    answers = []
    for model in (variant.package, tmp_path / "net.zip"):
        assert programs.call([str(model), photo, "--json", "--top=2"], coreml_eval.COMMAND) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    best = answers[0]["photos"][0]["labels"]
    scores = variant.scores()[7]
    assert [label["label"] for label in best] == [
        coreml_models.NAMES[i] for i in (-scores).argsort(kind="stable")[:2]
    ]
    assert best[0]["score"] == pytest.approx(scores.max(), abs=1e-5)
    assert answers[0]["input"] == {"name": "image", "height": 24, "width": 24, "color_order": "RGB"}


def test_page_names_the_input_and_the_label(variant, photo, capsys):
    assert programs.call([str(variant.package), photo], coreml_eval.COMMAND) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("24x24 RGB image `image`, 10 classes, ") and "compressed" in out[0]
    assert out[1] == photo and "colour" in out[2]


# shows: pain D51
@pytest.mark.parametrize(
    "model, said",
    [
        ("nowhere.mlpackage", "nowhere.mlpackage does not exist, expected a .mlpackage folder"),
        ("photo.png", "is not a .mlpackage folder"),
    ],
)
def test_what_is_no_package_gets_one_line(tmp_path, photo, capsys, monkeypatch, model, said):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    assert programs.call([model, photo], coreml_eval.COMMAND) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and captured.err.count("\n") == 1


@pytest.mark.parametrize("cut", [100, 4000])
def test_a_damaged_zip_gets_one_line(variant, photo, tmp_path, capsys, cut):
    path = tmp_path / "net.zip"
    package.write_zip(variant.package, path, "net.mlpackage")
    data = bytearray(path.read_bytes())
    data[cut] ^= 1
    path.write_bytes(data)
    assert programs.call([str(path), photo], coreml_eval.COMMAND) == 1
    said = capsys.readouterr().err
    assert "net.zip is truncated or corrupt" in said and said.count("\n") == 1
