"""The whole step: from a Keras file to a smaller one, its description, and the same bytes in every run."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from testing import compress_nets, compress_settings, imported, keras_models
from testing.raises import user_error

from model_press.compress import compress, training_data
from model_press.convert import convert
from model_press.formats import compressions, files, model_info, strict_json
from model_press.images import preprocess
from model_press.inspect import constants
from model_press.keras_io import keras_file, load
from model_press.process import child

TF = imported.TF
GENERATOR = """
import argparse, numpy as np
p = argparse.ArgumentParser()
for name in ("--count", "--seed"):
    p.add_argument(name, type=int)
for name in ("--out-images", "--out-classes"):
    p.add_argument(name)
a = p.parse_args()
if a.count == 13:
    raise SystemExit("generator: out of luck")
rng = np.random.default_rng(a.seed)
np.save(a.out_images, rng.integers(0, 256, (a.count, 32, 32, 3), np.uint8))
np.save(a.out_classes, rng.integers(0, 10, a.count).astype(np.int32))
"""


EVERY_STEP = dataclasses.replace(
    compress_settings.MINE,
    channels=dataclasses.replace(
        compress_settings.CHANNELS, criterion="gradient", merge_redundant=True, images=32
    ),
    magnitude=compress_settings.HALF,
    reestimate_batch_norm=True,
    training=dataclasses.replace(compress_settings.TRAINING, label_smoothing=0.05),
)


def compression(**changes):
    """The JSON of EVERY_STEP, with changes."""
    return {**strict_json.to_json(EVERY_STEP), **changes}


@pytest.fixture
def model(tmp_path):
    return make_model(tmp_path, "2")


def make_model(folder, keras):
    """An imported model: the path of its file, and its description."""
    return imported.save(compress_nets.build("xception", keras), folder)


def run(model, data, source, fine_tune=True, checkpoint=None):
    path, info = model
    parsed = compressions.parse(data, "compression mine.json")
    if checkpoint is not None:
        checkpoint = compress.checkpoint_of(checkpoint, 10, info, parsed)
    return compress.compress(path, info, parsed, source, fine_tune, checkpoint, lambda _: None)


def noise(count=32, size=32, classes=10):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (count, size, size, 3), np.uint8)
    return training_data.FixedImages(pixels, (np.arange(count) % classes).astype(np.int32))


@pytest.mark.parametrize("keras", ["2", "3"])
def test_what_is_written_describes_the_smaller_model(keras, tmp_path):
    path, info = make_model(tmp_path, keras)
    model, report = run((path, info), compression(), noise())
    out = [tmp_path / name for name in ("s.model", "s.model.json", "s.compression.json")]
    compress.write(model, report, info, *out)
    small = model_info.read(out[1])
    assert small.sha256 == files.sha256(out[0])
    assert small.compression.name == "mine" and small.compression.fine_tuned
    assert small.compression.original_sha256 == info.sha256
    assert small.compression.original_parameters == info.parameters > 2 * small.parameters
    assert (small.name, small.classes, small.keras) == ("net", 10, keras)
    written = json.loads(out[2].read_text())
    assert written["parameters"] == [info.parameters, small.parameters]
    assert {row["sparsity"] for row in written["weights"] if row["untouched"] is None} == {0.5}
    with load.load(out[0]) as loaded:
        images = compress_nets.images(4)
        same = compress_nets.run(loaded.model, images), compress_nets.run(model, images)
        assert np.array_equal(*same)


def test_fine_tuning_learns(model):
    """Images of one colour a class: the loss of a pruned net falls below what it began with."""
    pixels = np.repeat(np.arange(0, 250, 25, dtype=np.uint8), 8)[:, None, None, None]
    pixels = np.broadcast_to(pixels, (80, 32, 32, 3))
    classes = np.repeat(np.arange(10, dtype=np.int32), 8)
    data = compression(magnitude=None)
    data["training"].update(epochs=20, distillation=None)
    before, _ = run(model, data, training_data.FixedImages(pixels, classes), fine_tune=False)
    after, _ = run(model, data, training_data.FixedImages(pixels, classes))
    inputs = preprocess.normalize(pixels, TF)

    def right(net):
        return (compress_nets.run(net, inputs).argmax(axis=1) == classes).mean()

    assert right(after) > right(before) + 0.3


def test_distillation_alone_needs_no_labels(model):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), np.uint8)
    unlabelled = training_data.FixedImages(pixels, np.full(64, -1, np.int32))
    data = compression(magnitude=None)
    with user_error("64 of 64 training images have no class", "distillation"):
        run(model, data, unlabelled)
    data["training"].update(epochs=20, distillation={"weight": 1.0, "temperature": 1.0})
    with load.load(model[0]) as loaded:
        wanted = compress_nets.run(loaded.model, preprocess.normalize(pixels, TF))

    def distance(net):
        return np.abs(compress_nets.run(net, preprocess.normalize(pixels, TF)) - wanted).mean()

    before, _ = run(model, data, unlabelled, fine_tune=False)
    after, report = run(model, data, unlabelled)
    assert report.fine_tuned
    assert distance(after) < 0.7 * distance(before)


def test_statistics_are_those_of_the_pruned_net(model):
    """The first layer's are a mean over images, which can be had by hand."""
    data = compression(magnitude=None, training=None)
    source = noise(64)
    pruned, _ = run(model, data, source)
    ((pixels, _),) = source.epochs(1, 1)
    entry = pruned.get_layer("entry")
    outputs = np.asarray(entry(preprocess.normalize(pixels[:32], TF)))
    norm = pruned.get_layer("entry_bn")
    np.testing.assert_allclose(norm.moving_mean, outputs.mean(axis=(0, 1, 2)), atol=1e-4)
    assert norm.momentum == 0.99


# shows: pain D7
def test_zeros_survive_the_conversion_to_int8(model, tmp_path):
    """D7, D12: as many zeros among the int8 codes as among the weights, and every kernel is int8."""
    data = compression(channels=None, training=None)
    pruned, _ = run(model, data, None)
    keras_file.save(pruned, tmp_path / "pruned.keras")
    images = keras_models.photos(20, size=32)[0]
    int8 = compress_settings.recipe("int8")
    converted = convert.convert_model(tmp_path / "pruned.keras", TF, int8, images)
    described = {tensor.index: tensor for tensor in converted.file.tensors}
    shares = {
        described[found.index].name: found.zeros / found.elements
        for found in constants.read(converted.data, converted.file)
        if described[found.index].dtype == "int8" and len(described[found.index].shape) == 4
    }
    pruned_kernels = [share for name, share in shares.items() if "depthwise" not in name]
    assert len(pruned_kernels) >= 5
    assert min(pruned_kernels) >= 0.49, shares


class Killed(Exception):
    """Stands for a kill."""


class DiesInEpoch:
    """A source that ends the process in an epoch."""

    def __init__(self, source, epoch):
        self._source, self._epoch = source, epoch

    def epochs(self, count, seed):
        for number, images in enumerate(self._source.epochs(count, seed)):
            if number == self._epoch and count > 1:  # not where channels are ranked
                raise Killed
            yield images


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("rounding", [None, {"begin_share": 0.5}])
def test_a_killed_training_goes_on_to_the_same_weights(rounding, keras, tmp_path):
    """Killed after 24 steps with checkpoints at 10 and 20: in the middle of an epoch of eight."""
    model = make_model(tmp_path, keras)
    data = compression(quantization=rounding)
    data["training"]["epochs"] = 4
    data["magnitude"].update(schedule="polynomial", frequency=7)
    whole, wanted = run(model, data, noise(128))
    kept = tmp_path / "kept.npz"
    with pytest.raises(Killed):
        run(model, data, DiesInEpoch(noise(128), 3), checkpoint=kept)
    with np.load(kept) as stored:
        assert int(stored["step"]) == 20
    resumed, found = run(model, data, noise(128), checkpoint=kept)
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(
            one, other, rtol=1e-3 if rounding else 1e-4, atol=1e-4 if rounding else 1e-5
        )
    assert bool(wanted.activation_ranges) == bool(rounding)
    for one, other in zip(wanted.activation_ranges, found.activation_ranges, strict=True):
        assert (one.layer, one.part) == (other.layer, other.part)
        assert (one.min, one.max) == pytest.approx((other.min, other.max), rel=1e-3, abs=1e-4)
    data["training"]["seed"] = 2
    with user_error("kept.npz", "another model or training"):
        run(model, data, noise(128), checkpoint=kept)
    kept.write_bytes(kept.read_bytes()[:1000])
    with user_error("kept.npz", "damaged"):
        run(model, data, noise(128), checkpoint=kept)


@pytest.mark.parametrize(
    "changes, source, said",
    [
        ({}, None, ["fine-tunes and needs images", "fine_tune"]),
        ({"training": None}, None, ["'gradient' needs images"]),
        ({}, noise(size=24), ["24x24", "32x32"]),
        ({}, noise(count=8), ["8 training images", "batch of 16", "give more of them, or lower"]),
    ],
)
def test_missing_or_wrong_images_are_named(model, changes, source, said):
    with user_error(*said):
        run(model, compression(**changes), source)


def test_a_diverging_training_is_an_error(model):
    data = compression(magnitude=None)
    data["training"].update(peak_rate=1e30, distillation=None)
    with user_error("not finite", "peak_rate"):
        run(model, data, noise())


@pytest.fixture
def arguments(model, tmp_path):
    (tmp_path / "generator.py").write_text(GENERATOR)
    (tmp_path / "mine.json").write_text(json.dumps(compression()))

    def arguments_for(out, count):
        return [
            "--label=//x:y",
            f"--model={model[0]}",
            f"--info={tmp_path / 'net.json'}",
            f"--compression={tmp_path / 'mine.json'}",
            f"--generator={sys.executable}",
            f"--generator-arg={tmp_path / 'generator.py'}",
            f"--generator-arg=--count={count}",
            f"--out-model={tmp_path / out}.model",
            f"--out-info={tmp_path / out}.model.json",
            f"--out-report={tmp_path / out}.json",
        ]

    return arguments_for


def run_tool(arguments):
    return subprocess.run(
        [sys.executable, "-m", "model_press.compress.compress_program", *arguments],
        env=child.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_runs_give_the_same_bytes(arguments, tmp_path):
    for out in ("a", "b"):
        done = run_tool(arguments(out, 48))
        assert (done.returncode, done.stderr) == (0, "")
    for end in (".model", ".model.json", ".json"):
        assert (tmp_path / f"a{end}").read_bytes() == (tmp_path / f"b{end}").read_bytes()


def test_a_failing_generator_is_quoted_and_nothing_is_written(arguments, tmp_path):
    done = run_tool(arguments("c", 13))
    assert done.returncode == 1
    assert done.stderr.startswith("ERROR //x:y: ") and done.stderr.count("\n") == 1
    assert "out of luck" in done.stderr
    assert not list(tmp_path.glob("c*"))
