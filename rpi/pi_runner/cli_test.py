"""Commands, outputs and exit codes, in this process."""

import json

import pytest

from pi_runner import cli, testing

pytest_plugins = ["pi_runner.testing"]


def test_text(models, photo, capsys):
    assert cli.main(["classify", photo, "--top", "2"], models) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{photo}: ") and out.count(" %") == 2


def test_json_has_the_best_classes_in_order(models, photo, capsys):
    assert cli.main(["classify", photo, photo, "--json", "--raw", "--top", "4"], models) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["top"] == second["top"] and len(first["top"]) == 4
    scores = [entry["score"] for entry in first["top"]]
    assert scores == sorted(scores, reverse=True)
    assert first["codes"][first["top"][0]["index"]] == max(first["codes"])
    assert len(first["codes"]) == 20


def test_others_are_answered_when_one_photo_is_wrong(models, photo, tmp_path, capsys):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    assert cli.main(["classify", str(bad), photo], models) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith(photo)
    assert (
        captured.err
        == f"ERROR {bad} is not an image that can be decoded; use JPEG, PNG, WebP or BMP\n"
    )


def test_too_large_in_json(models, photo, capsys):
    assert cli.main(["classify", photo, "--json", "--max-megapixels", "0.01"], models) == 1
    assert "at most 0.01 are taken" in json.loads(capsys.readouterr().out)["error"]


def test_lost_model_has_its_own_exit_code(models, photo, capsys):
    (models / "digits_int8" / "model.tflite").unlink()
    assert cli.main(["classify", photo], models) == 3
    assert capsys.readouterr().err.startswith("ERROR model")
    assert cli.main(["classify", photo], models, testing.repair(models)) == 0


def test_wrong_usage():
    with pytest.raises(SystemExit) as caught:
        cli.main(["classify"], "models")
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["classify", "x.jpg", "--top=0"], "--top: '0' is not a whole number from 1 to"),
        (["classify", "x.jpg", "--top=few"], "--top: 'few' is not a whole number"),
        (
            ["classify", "x.jpg", "--threads=1000"],
            "--threads: '1000' is not a whole number from 1 to 64",
        ),
        (["classify", "x.jpg", "--max-megapixels=nan"], "'nan' is not a number from 0.000001"),
        (["classify", "x.jpg", "--max-megapixels=1e-7"], "'1e-7' is not a number from 0.000001"),
        (["classify", "x.jpg", "--raw"], "--raw needs --json"),
        (["watch", "dir", "--interval=-1"], "--interval: '-1' is not a number above 0"),
        (["camera", "--count=-1"], "--count: '-1' is not a whole number from 0"),
        (["benchmark", "--rounds=0"], "--rounds: '0' is not a whole number from 1"),
        (["serve", "--port=65536"], "--port: '65536' is not a whole number from 0 to 65535"),
        (["serve", "--max-body-mb=0"], "--max-body-mb: '0' is not a number from 0.000001"),
        (["serve", "--max-body-mb=0.0000001"], "'0.0000001' is not a number from 0.000001 to 1000"),
        (["serve", "--concurrency=0"], "--concurrency: '0' is not a whole number from 1"),
        (["serve", "--grace=inf"], "--grace: 'inf' is not a number above 0"),
        (["teach"], "invalid choice: 'teach'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_wrong_arguments(words, message, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words, "models")
    assert caught.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_no_such_variant(models, photo, capsys):
    assert cli.main(["classify", photo, "--variant=fp64"], models) == 1
    assert capsys.readouterr().err == (
        "ERROR variant 'fp64' is not in this runner; it has digits_int8\n"
    )


def test_benchmark_says_at_once_that_it_cannot_write(models, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert cli.main(["benchmark", "--out", str(tmp_path / "file")], models) == 1
    assert capsys.readouterr().err.startswith(f"ERROR --out {tmp_path}/file cannot be made: ")


def test_no_camera(models, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["camera"], models) == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_port_taken(models, capsys):
    assert cli.main(["serve", "--host", "256.1.2.3"], models) == 4
    assert "cannot listen on 256.1.2.3 port 8080" in capsys.readouterr().err


def test_benchmark_writes_the_common_schema(models, tmp_path, capsys):
    from model_press.formats import metrics
    from model_press.measure import machine

    out = tmp_path / "out"
    assert cli.main(["benchmark", "--rounds", "1", "--out", str(out)], models) == 0
    found = metrics.read(out / "metrics.json")
    assert {record.recipe for record in found.records} == {"int8"}
    assert set(json.loads((out / "conditions.json").read_text())) == {"before", "after"}
    table = capsys.readouterr().out
    assert "digits_int8" in table
    assert f", {machine.counted(found.machine.cores, 'core')}, " in table
