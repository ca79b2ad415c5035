"""Layer errors, weights and sizes of real (tiny) variants of one Keras model."""

import dataclasses
import types

import numpy as np
import pytest
from testing import imported, keras_models, tflite_bytes
from testing.raises import user_error

from model_press.convert import convert
from model_press.evaluate import keras_sizes_program, layer_error, variant_facts
from model_press.formats import files, model_info, normalization, recipes, strict_json
from model_press.images import npy
from model_press.tflite import reader

TF = normalization.NAMED["tf"]
PIXELS, CLASSES = keras_models.photos(30)
RECIPES = ("fp32", "fp16", "dynamic_int8", "int8")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """folder, and (model path, manifest) by recipe."""
    folder = tmp_path_factory.mktemp("built")
    imported.tiny(folder, "2", PIXELS, CLASSES)
    info = model_info.read(folder / "tiny.json")
    npy.write_npy(folder / "images.npy", PIXELS)
    variants = {}
    for name in RECIPES:
        recipe = recipes.read(f"models/recipes/{name}.json")
        images = PIXELS if recipe.calibration == "required" else None
        converted = convert.convert_model(folder / "tiny.model", TF, recipe, images)
        path = folder / f"tiny_{name}.tflite"
        files.write_bytes(path, converted.data)
        manifest = convert.describe(converted, info, recipe, path.stem, folder / "tiny.labels.txt")
        variants[name] = (path, manifest)
    return types.SimpleNamespace(folder=folder, info=info, variants=variants)


def _compare(built, name, count=4):
    return layer_error.compare(
        *built.variants[name], *built.variants["fp32"], built.folder / "images.npy", count
    )


def test_the_baseline_does_not_differ_from_itself(built):
    found = _compare(built, "fp32")
    assert found.layers and found.unmatched == 0
    assert all(layer.sqnr_db is None and layer.max_abs_error == 0 for layer in found.layers)


def test_coarser_variants_differ_more(built):
    def worst(name):
        return min(
            layer.sqnr_db for layer in _compare(built, name).layers if layer.sqnr_db is not None
        )

    assert worst("fp16") > 45 > worst("int8") > 10


def test_the_first_layer_has_an_error_of_about_a_step(built):
    found = _compare(built, "int8")
    assert (found.variant, found.baseline, found.images) == ("tiny_int8", "tiny_fp32", 4)
    convolution = found.layers[0]
    assert convolution.op == "CONV_2D" and convolution.dtype == "int8"
    assert 0 < convolution.mean_abs_error < convolution.range / 50


def test_a_broken_scale_shows_in_the_layer_that_it_hits(built, tmp_path, monkeypatch):
    """The reader of scales is told twice the true one of the last convolution."""
    honest = _compare(built, "int8")
    target = next(layer.tensor for layer in honest.layers if layer.op == "DEPTHWISE_CONV_2D")
    read = reader.read

    def doubled(path, what="model"):
        file = read(path, what)
        if "int8" not in str(path):
            return file
        tensors = tuple(
            dataclasses.replace(t, scales=tuple(2 * s for s in t.scales)) if t.name == target else t
            for t in file.tensors
        )
        return dataclasses.replace(file, tensors=tensors)

    monkeypatch.setattr(reader, "read", doubled)
    broken = {layer.tensor: layer.sqnr_db for layer in _compare(built, "int8").layers}
    for layer in honest.layers:
        if layer.tensor == target:
            assert broken[layer.tensor] < 3 < 15 < layer.sqnr_db
        else:
            assert broken[layer.tensor] == layer.sqnr_db


def test_names_are_paired_without_the_converters_digit():
    def tensor(shape=(1, 8)):
        return ("CONV_2D", reader.TensorInfo(0, "", shape, shape, "float32", (), (), 0))

    pair = layer_error.match(
        {"a": tensor(), "b/Conv2D2": tensor(), "c1": tensor(), "c2": tensor(), "d1": tensor()},
        {"a": tensor(), "b/Conv2D1": tensor(), "c3": tensor(), "d2": tensor((1, 9))},
    )
    # c is ambiguous, d has another shape.
    assert pair == {"a": "a", "b/Conv2D2": "b/Conv2D1"}


def test_every_weight_has_a_type_and_a_reason(built):
    facts = {name: variant_facts.describe(*built.variants[name]) for name in RECIPES}
    assert not any(weight.compressed for weight in facts["fp32"].weights)
    assert {weight.dtype for weight in facts["fp16"].weights if weight.compressed} == {"float16"}
    kernels = [weight for weight in facts["int8"].weights if weight.role == "weights"]
    assert kernels and all(weight.dtype == "int8" for weight in kernels)
    for name, found in facts.items():
        assert found.bytes == found.apk_bytes == built.variants[name][0].stat().st_size
        assert 0 < found.zipped_bytes < found.bytes
        assert sum(weight.bytes for weight in found.weights) < found.bytes
        for weight in found.weights:
            assert bool(weight.why) != weight.compressed, weight
            assert weight.elements == np.prod(weight.shape, dtype=int)
    # All kernels of this net are below the converter's minimum.
    small = [w for w in facts["dynamic_int8"].weights if w.role == "weights" and not w.compressed]
    assert small and all("fewer than 1,024 values" in weight.why for weight in small)


def test_zeros_are_counted(tmp_path, built):
    path, manifest = built.variants["fp32"]
    facts = variant_facts.describe(path, manifest)
    kernel = max(facts.weights, key=lambda weight: weight.elements)
    assert kernel.zeros == 0

    def prune(model):
        name = kernel.name.encode()
        tensor = next(t for t in model.subgraphs[0].tensors if t.name == name)
        data = np.array(model.buffers[tensor.buffer].data)
        data[: len(data) // 2] = 0
        model.buffers[tensor.buffer].data = data

    pruned = tmp_path / "pruned.tflite"
    pruned.write_bytes(tflite_bytes.changed(path.read_bytes(), prune))
    model = dataclasses.replace(manifest.model, sha256=files.sha256(pruned))
    found = variant_facts.describe(pruned, dataclasses.replace(manifest, model=model))
    assert next(w for w in found.weights if w.name == kernel.name).zeros == pytest.approx(0.5)


def test_a_model_of_another_manifest_is_refused(built):
    with user_error("tiny_fp32.tflite", "not the file its manifest names"):
        variant_facts.describe(built.variants["fp32"][0], built.variants["int8"][1])
    with user_error("tiny_int8.tflite", "not the file its manifest names"):
        layer_error.compare(
            built.variants["int8"][0],
            built.variants["fp16"][1],
            *built.variants["fp32"],
            built.folder / "images.npy",
            1,
        )


def test_round_trips(built, tmp_path):
    facts = variant_facts.describe(*built.variants["int8"])
    strict_json.write(tmp_path / "f.json", facts)
    assert variant_facts.read(tmp_path / "f.json") == facts
    errors = _compare(built, "int8", 1)
    strict_json.write(tmp_path / "l.json", errors)
    assert layer_error.read(tmp_path / "l.json") == errors


def test_keras_sizes(built):
    found = keras_sizes_program.sizes(built.folder / "tiny.model", built.info)
    assert found["keras_bytes"] == (built.folder / "tiny.model").stat().st_size
    # Both hold the same float32 weights.
    assert found["h5_bytes"] > 4 * built.info.parameters
    saved_model = dataclasses.replace(built.info, keras="saved_model")
    assert keras_sizes_program.sizes("unread", saved_model) == {
        "keras_bytes": None,
        "h5_bytes": None,
    }
