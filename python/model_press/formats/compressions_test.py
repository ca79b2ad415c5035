"""Compression recipes: the shipped ones are read, and each mistake is named."""

import copy
import json
import pathlib

import pytest
from testing.raises import user_error

from model_press.formats import compressions, strict_json

FILES = sorted(pathlib.Path("models/compressions").glob("*.json"))


def shipped(name):
    return json.loads(pathlib.Path(f"models/compressions/{name}.json").read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_compressions_survive_the_way_there_and_back(path):
    data = json.loads(path.read_text())
    assert strict_json.to_json(compressions.read(path)) == data
    assert data["name"] == path.stem


def test_there_are_shipped_compressions():
    assert len(FILES) >= 6


@pytest.mark.parametrize(
    "name, field, value, said",
    [
        ("channels80", "name", "Channels 80", ["'Channels 80'", "small letters"]),
        (
            "channels80",
            "channels",
            None,
            ["none of channels, magnitude, clustering, equalization and quantization"],
        ),
        ("channels80", "channels.share", None, ["neither share nor budget", "exactly one"]),
        ("channels80", "channels.budget", 0.5, ["share 0.8 and budget 0.5", "the other to null"]),
        ("channels80", "channels.share", 80.0, ["channels.share': got 80.0, expected"]),
        ("channels80", "channels.criterion", "l3", ["'l3'", "'l1'", "'gradient'"]),
        ("channels80", "channels.multiple", 0, ["channels.multiple': got 0, expected"]),
        ("channels80", "training.epochs", 0, ["training.epochs': got 0, expected"]),
        (
            "channels80",
            "training.distillation.weight",
            0.0,
            ["distillation.weight': got 0.0, expected"],
        ),
        (
            "channels80",
            "training.distillation.temperature",
            0.0,
            ["temperature': got 0.0, expected"],
        ),
        ("channels80", "training.peak_rate", 0.0, ["training.peak_rate': got 0.0, expected"]),
        ("channels80", "training.warm_up", 1.0, ["training.warm_up': got 1.0, expected"]),
        (
            "channels80",
            "training.weight_decay",
            -1.0,
            ["training.weight_decay': got -1.0, expected"],
        ),
        ("channels80", "training.label_smoothing", 1.0, ["label_smoothing': got 1.0, expected"]),
        ("channels80", "training.seed", -1, ["training.seed': got -1, expected"]),
        ("pruned50", "magnitude.sparsity", 50.0, ["magnitude.sparsity': got 50.0, expected"]),
        ("pruned_2_4", "magnitude.sparsity", 0.8, ["2:4 means sparsity 0.5"]),
        ("pruned50", "magnitude.frequency", 0, ["magnitude.frequency': got 0, expected"]),
        ("pruned50", "magnitude.begin_step", -1, ["magnitude.begin_step': got -1, expected"]),
        ("pruned50", "magnitude.end_share", 0.0, ["magnitude.end_share': got 0.0, expected"]),
        ("pruned50", "magnitude.blocks", 4, ["unknown field 'magnitude.blocks'"]),
        (
            "qat",
            "quantization",
            None,
            ["none of channels, magnitude, clustering, equalization and quantization"],
        ),
        (
            "qat",
            "quantization.begin_share",
            1.0,
            ["quantization.begin_share': got 1.0, expected", "below 1"],
        ),
        ("qat", "quantization.bits", 4, ["unknown field 'quantization.bits'"]),
        ("equalized", "equalization.images", 0, ["equalization.images': got 0, expected"]),
        ("equalized", "equalization.cross_layer", "yes", ["expected bool"]),
        ("equalized", "quantization", {"begin_share": 0.0}, ["`bias_correction` true", "set"]),
        ("pqat50", "training", None, ["`training` is null", "learns its ranges"]),
    ],
)
def test_mistakes_are_named(name, field, value, said):
    data = copy.deepcopy(shipped(name))
    *path, last = field.split(".")
    inner = data
    for part in path:
        inner = inner[part]
    inner[last] = value
    with user_error(*said):
        compressions.parse(data, "compression x.json")
