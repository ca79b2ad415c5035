"""Training with int8's rounding: what is simulated is what the .tflite computes, and pruning and clusters survive."""

import dataclasses

import numpy as np
import pytest
from testing import (
    compress_nets,
    compress_settings,
    imported,
    int8_graphs,
    keras_models,
    tfmot_reference,
)
from testing.raises import user_error

from model_press.compress import compress, training, training_data
from model_press.compress.quantization import simulate
from model_press.convert import convert, preserved
from model_press.formats import compressions, files, model_info, normalization
from model_press.formats.model_info import ActivationRange
from model_press.images import preprocess
from model_press.keras_io import graph, load
from model_press.tflite.graph import Graph
from model_press.tflite.interpreter import Interpreter

# No shift: that of pixels is fused without rounding, which the simulation does not know.
SCALED = normalization.Normalization("RGB", (0.0, 0.0, 0.0), (127.5, 127.5, 127.5))
SIZE = compress_nets.SIZE


def pixels(count, seed=0):
    return keras_models.photos(count, seed, SIZE)[0]


def learned(model, batches=3):
    """A simulation that has seen some batches."""
    simulation = simulate.Simulation(model, 0.0)
    simulation.begin(100)
    for seed in range(batches):
        simulation(preprocess.normalize(pixels(16, seed), SCALED))
    return simulation


def described(model, folder, ranges=()):
    """The model's file and its info.json's content."""
    path, info = imported.save(model, folder, SCALED)
    return path, dataclasses.replace(info, activation_ranges=tuple(ranges))


def int8(path, info):
    # Other images than the ranges were learned on.
    other = pixels(8, 9)
    return convert.convert_model(path, SCALED, compress_settings.recipe("int8"), other, info)


def answers(data, images):
    runner = Interpreter(data)
    return np.concatenate([runner.run(image[None]) for image in images]) / 256


# shows: pain 0.6
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("style", sorted(compress_nets.STYLES))
def test_the_file_computes_what_was_simulated(style, keras, tmp_path):
    """A wrong, missing or misplaced range, or another rounding of the kernels, moves the outputs apart."""
    model = compress_nets.build(style, keras)
    if style == "nested":
        model = graph.clone(model)  # as compress() does
    simulation = learned(model)
    images = pixels(20, 7)
    wanted = np.asarray(simulation(preprocess.normalize(images, SCALED), learn=False))
    converted = int8(*described(model, tmp_path, simulation.ranges()))
    found = answers(converted.data, images)
    exact = compress_nets.run(model, preprocess.normalize(images, SCALED))
    assert np.abs(exact - wanted).mean() > 0
    # Batch normalisation of its own, whose factors are rounded too.
    if style in ("densenet", "resnet"):
        assert np.abs(found - wanted).mean() < 2 / 256
    else:  # ties, and the outputs' own rounding
        assert np.abs(found - wanted).mean() < 0.25 * np.abs(found - exact).mean() + 0.25 / 256
    assert int8_graphs.delegated(converted.data)[0] == 1


@pytest.mark.parametrize("style", sorted(compress_nets.STYLES))
def test_each_range_is_the_scale_of_a_tensor(style, tmp_path):
    model = compress_nets.build(style, "2")
    if style == "nested":
        model = graph.clone(model)
    ranges = learned(model).ranges()
    converted = int8(*described(model, tmp_path, ranges))
    scales = [tensor.scales[0] for tensor in converted.file.tensors if len(tensor.scales) == 1]
    assert len(ranges) >= 5
    for each in ranges:
        step = (each.max - each.min) / 255
        assert np.isclose(scales, step, rtol=1e-4).any(), each


def test_ranges_are_those_of_training_not_of_calibration(tmp_path):
    """A range of another size changes the file; without ranges calibration decides."""
    model = compress_nets.build("xception", "2")
    ranges = learned(model).ranges()
    wider = [dataclasses.replace(each, max=2 * each.max, min=2 * each.min) for each in ranges]
    results = [int8(*described(model, tmp_path, used)) for used in ((), ranges, wider)]

    def scale_of(converted, layer):
        (found,) = [
            tensor.scales[0]
            for tensor in converted.file.tensors
            if tensor.name.split(";")[0].endswith(f"/{layer}/add") and tensor.scales
        ]
        return found

    scales = [scale_of(each, "add1") for each in results]
    assert scales[2] == pytest.approx(2 * scales[1], rel=1e-5)
    assert abs(scales[0] / scales[1] - 1) > 0.01
    # The same ranges give the same bytes.
    assert int8(*described(model, tmp_path, ranges)).data == results[1].data


def test_a_range_of_no_tensor_is_an_error(tmp_path):
    model = compress_nets.build("xception", "2")
    strange = ActivationRange("nobody", "output", 0.0, 1.0)
    with user_error("learned range of layer nobody", "recipe int8"):
        int8(*described(model, tmp_path, [*learned(model).ranges(), strange]))


def test_other_recipes_have_no_use_for_ranges(tmp_path):
    model = compress_nets.build("xception", "2")
    path, info = described(model, tmp_path, learned(model).ranges())
    for name in ("fp32", "dynamic_int8"):
        shipped = compress_settings.recipe(name)
        with_ranges = convert.convert_model(path, SCALED, shipped, None, info)
        assert with_ranges.data == convert.convert_model(path, SCALED, shipped, None).data


def test_the_rounding_is_that_of_tensorflow_model_optimization():
    """quantize_model on a convolution, batch normalisation, ReLU and a dense layer, at the same ranges."""
    compress_nets.tf_quiet.tensorflow()
    tfmot = tfmot_reference.library()
    layers = compress_nets.library("2").layers
    first = [layers.Conv2D(8, 3, use_bias=False, name="conv")]
    first += [layers.BatchNormalization(name="bn"), layers.ReLU(name="act")]
    model = keras_models.chain("2", *first, shape=(SIZE, SIZE, 3), activation=None)
    codes = pixels(16).astype(np.float32)
    mine = simulate.Simulation(model, 0.0)
    mine.begin(100)
    mine(codes)
    theirs = tfmot.quantization.keras.quantize_model(model)
    ranges = {each.layer: each for each in mine.ranges()}
    assert set(ranges) == {"act", "pool", "scores"}
    ends = {"quantize_layer": (0.0, 255.0)}
    for layer, each in ranges.items():
        ends[f"quant_{layer}"] = (each.min, each.max)
    for layer in theirs.layers:
        for variable in layer.weights:
            name = variable.name.split(":")[0].split("/")[-1]
            if not name.endswith(("_min", "_max")):
                continue
            if name.startswith("kernel"):
                kernel = np.abs(np.asarray(model.get_layer(layer.name[6:]).kernel))
                largest = kernel.max((0, 1, 2)) if kernel.ndim == 4 else kernel.max()
                variable.assign(largest if name.endswith("max") else -largest)
            elif layer.name in ends:
                variable.assign(ends[layer.name][name.endswith("max")])
    found = np.asarray(theirs(codes, training=False))
    wanted = np.asarray(mine(codes, learn=False))
    assert np.abs(wanted - compress_nets.run(model, codes)).max() > 0
    step = (ranges["scores"].max - ranges["scores"].min) / 255
    assert np.abs(found - wanted).max() <= step * 1.01
    assert (np.abs(found - wanted) > step / 2).mean() < 0.1


def compression(**changes):
    training = dataclasses.replace(compress_settings.TRAINING, epochs=4, peak_rate=0.003)
    quantization = compressions.Quantization(begin_share=0.5)
    return dataclasses.replace(
        compress_settings.MINE, **{"training": training, "quantization": quantization, **changes}
    )


CLUSTERING = compressions.Clustering(clusters=8, keep_layers=())


def run(model, folder, chosen, source=None):
    path, info = described(model, folder)
    photos, classes = keras_models.photos(32, 0, SIZE)
    source = source or training_data.FixedImages(photos, classes.astype(np.int32))
    return info, *compress.compress(path, info, chosen, source, True, None, lambda _: None)


def written(folder, info, model, report):
    out = [folder / name for name in ("s.model", "s.model.json", "s.compression.json")]
    compress.write(model, report, info, *out)
    return out[0], model_info.read(out[1])


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("zeros, clusters", [(1, 0), (0, 1), (1, 1)])
def test_zeros_and_clusters_come_through_to_int8(zeros, clusters, keras, tmp_path):
    chosen = compression(
        magnitude=compress_settings.HALF if zeros else None,
        clustering=CLUSTERING if clusters else None,
    )
    info, model, report = run(compress_nets.build("xception", keras), tmp_path, chosen)
    assert len(report.activation_ranges) > 8
    path, small = written(tmp_path, info, model, report)
    assert small.activation_ranges == report.activation_ranges
    converted = int8(path, small)
    file = Graph(converted.data)
    checked = 0
    for operator in file.named("CONV_2D", "FULLY_CONNECTED"):
        codes = file.int8_values(int(operator.inputs[1]))
        if codes.size < 64 or file.text_name(int(operator.outputs[0])).startswith("normalize"):
            continue
        checked += 1
        if zeros:
            assert (codes == 0).mean() >= 0.49
        if clusters:
            assert max(len(np.unique(channel)) for channel in codes) <= CLUSTERING.clusters
    assert checked >= 5
    # Nothing of the simulation is in the Keras file, which any Keras opens.
    with load.load(path) as loaded:
        names = {type(layer).__name__ for layer in loaded.model.layers}
        assert not any("Quant" in name or "Wrapper" in name for name in names)
        assert loaded.parameters == info.parameters


def test_training_with_rounding_loses_less(tmp_path):
    """Four dense codes: kernels with one far outlier a channel, whose other weights round to next to nothing."""
    layers = compress_nets.library("2").layers
    conv = layers.Conv2D(8, 3, strides=4, activation="relu", name="conv")
    model = keras_models.chain("2", conv, shape=(SIZE, SIZE, 3))
    photos, classes = keras_models.photos(200, 3, SIZE)
    keras_models.fit_head(model, preprocess.normalize(photos, SCALED), classes)
    bias, kernel = (model.get_layer("scores").get_weights()[index] for index in (1, 0))
    kernel[0, 0] += 60 * np.abs(kernel).max()
    model.get_layer("scores").set_weights([kernel, bias])
    chosen = compression(
        quantization=compressions.Quantization(begin_share=0.0),
        training=dataclasses.replace(
            compress_settings.TRAINING, epochs=20, distillation=None, peak_rate=0.02
        ),
    )
    source = training_data.FixedImages(photos, classes.astype(np.int32))
    info, trained, report = run(model, tmp_path, chosen, source)
    test, labels = keras_models.photos(100, 4, SIZE)

    def right(path, info):
        return (answers(int8(path, info).data, test).argmax(1) == labels).mean()

    after = right(*written(tmp_path, info, trained, report))
    before = right(*described(model, tmp_path))
    assert after > before + 0.1


@pytest.mark.parametrize("keras", ["2", "3"])
def test_rounding_begins_when_it_is_told_to(keras):
    model = compress_nets.build("xception", keras)
    simulation = simulate.Simulation(model, 0.5)
    assert simulation.ranges() == ()
    seen = []

    class Watch(training.Observer):
        def after_step(self, step):
            seen.append(len(simulation.ranges()))

    photos, classes = keras_models.photos(32, 0, SIZE)
    source = training_data.FixedImages(photos, classes.astype(np.int32))
    settings = dataclasses.replace(compression().training, distillation=None)
    norm = model.get_layer("entry_bn")
    training.fine_tune(
        model,
        settings,
        source,
        SCALED,
        observers=[Watch()],
        simulation=simulation,
        report=lambda _: None,
    )
    assert seen[:4] == [0] * 4 and min(seen[4:]) > 8 and len(seen) == 8
    assert np.isfinite(np.asarray(norm.moving_mean)).all()


# shows: pain D7
def test_lost_zeros_and_clusters_are_errors(tmp_path):
    chosen = compression(magnitude=compress_settings.HALF, clustering=CLUSTERING)
    info, model, report = run(compress_nets.build("resnet", "2"), tmp_path, chosen)
    converted = int8(*written(tmp_path, info, model, report))
    preserved.check(converted.data, model)
    hidden = model.get_layer("hidden")
    kernel = hidden.get_weights()[0]
    # What the Keras model has and the file does not, as if the conversion had lost it.
    hidden.kernel.assign(np.where(np.arange(kernel.size).reshape(kernel.shape) % 5 == 0, 0, kernel))
    with user_error("layer hidden has", "kept"):
        preserved.check(converted.data, model)
    hidden.kernel.assign(np.where(kernel == 0, 0, 1.0).astype(np.float32))
    with user_error("layer hidden has 2 different weights", "after the conversion"):
        preserved.check(converted.data, model)


def test_layers_that_cannot_be_simulated_are_named():
    keras = compress_nets.library("2")
    image = keras.Input((8, 8, 3), name="image")
    up = keras.layers.Conv2DTranspose(4, 3, name="up")(image)
    twice = keras.layers.Conv2D(3, 1, name="twice")
    grouped = keras.layers.Conv2D(6, 3, groups=3, name="grouped")(image)
    for tensor, said in [
        (up, ["layer up is a Conv2DTranspose"]),
        (twice(twice(image)), ["layer twice is used twice"]),
        (grouped, ["layer grouped is grouped"]),
    ]:
        x = keras.layers.GlobalAveragePooling2D()(tensor)
        with user_error(*said, "recipe int8"):
            simulate.Simulation(keras.Model(image, x), 0.0)


def test_a_layer_that_became_several_operators_has_the_range_of_the_last(tmp_path):
    """Batch normalisation that nothing absorbs is a multiplication and an addition."""
    model = compress_nets.build("resnet", "2")
    simulation = learned(model)
    converted = int8(*described(model, tmp_path, simulation.ranges()))
    file = Graph(converted.data)
    (wanted,) = [r for r in simulation.ranges() if r.layer == "a_pre_act"]
    scales = {
        file.name(op): file.quantization(int(op.outputs[0]))[0]
        for op in file.operators
        if "a_pre_act" in file.text_name(int(op.outputs[0])).split(";")[0]
    }
    assert any(
        np.isclose(scale, (wanted.max - wanted.min) / 255, rtol=1e-4) for scale in scales.values()
    )


def test_ranges_are_read_back_as_written(tmp_path):
    chosen = compression()
    info, model, report = run(compress_nets.build("xception", "2"), tmp_path, chosen)
    _, small = written(tmp_path, info, model, report)
    assert small.activation_ranges == report.activation_ranges
    broken = files.read_json(tmp_path / "s.model.json", "info")
    broken["activation_ranges"][0]["part"] = "middle"
    files.write_json(tmp_path / "s.model.json", broken)
    with user_error("activation_ranges", "'middle'", "'linear'"):
        model_info.read(tmp_path / "s.model.json")
