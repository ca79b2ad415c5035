"""convert-coreml: every recipe on tiny models of both Keras, coverage, reproducible bytes, and every refusal."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from testing import coreml_models, keras_models, programs
from testing.raises import user_error

from model_press.coreml import convert_program, package, weights
from model_press.coreml.evaluator import program
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.coreml.protos import quiet
from model_press.formats import manifest, metrics, normalization

RECIPES = sorted(path.stem for path in pathlib.Path("models/coreml_recipes").glob("*.json"))
# What decodes a weight, by recipe; nothing for those that store it as it is.
STORAGE = {
    "fp16": (),
    "fp32": (),
    "int8": ("constexpr_affine_dequantize",),
    "palette4": ("constexpr_lut_to_dense",),
    "palette6": ("constexpr_lut_to_dense",),
    "palette6_uniform": ("constexpr_lut_to_dense",),
    "palette8": ("constexpr_lut_to_dense",),
    "pruned50": ("constexpr_sparse_to_dense",),
    "pruned50_int8": ("constexpr_sparse_to_dense", "constexpr_sparse_blockwise_shift_scale"),
    "pruned50_palette6": ("constexpr_sparse_to_dense", "constexpr_lut_to_sparse"),
    "pruned75": ("constexpr_sparse_to_dense",),
}


@pytest.fixture(scope="module")
def keras2(tmp_path_factory):
    return coreml_models.source(tmp_path_factory.mktemp("keras2"), keras_models.classifier("2"))


def _wide(generation="2"):
    """A net whose pointwise convolution has 24 channels, so that groups of 4 fit and 192 weights are compressed."""
    keras = keras_models.library(generation)
    first = [
        keras.layers.Conv2D(8, 3, strides=2, use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.Conv2D(24, 1),
        keras.layers.ReLU(),
        keras.layers.Conv2D(24, 1),
    ]
    return keras_models.classifier(generation, first)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    return coreml_models.source(tmp_path_factory.mktemp("wide"), _wide())


@pytest.fixture(scope="module")
def converted(wide):
    """Each shipped recipe's variant of the wide net, made once."""
    made = {}

    def variant(name):
        if name not in made:
            made[name] = wide.convert(coreml_models.recipe(name))
        return made[name]

    return variant


def test_every_shipped_recipe_is_tested():
    assert set(RECIPES) == set(STORAGE)


# How far (root mean square, relative to the weight's own) each recipe may move a weight. Evenly spaced levels of a
# normal's range of about 6 deviations leave a step of 6 / 2^bits and an error of a 3.5th of it; k-means half of that,
# and less on few values.
_MOVES = {
    "fp16": 0,
    "fp32": 1e-3,
    "int8": 0.01,
    "palette4": 0.12,
    "palette6": 0.03,
    "palette6_uniform": 0.05,
    "palette8": 0.01,
}


def _weights(variant) -> dict[str, np.ndarray]:
    classifier = ImageClassifier(variant.package)
    return {
        w.layer.split("_cast")[0]: classifier.machine.constant(w.constant)
        for w in weights.of(classifier.program)
    }


@pytest.fixture(scope="module")
def dense(converted):
    return _weights(converted("fp16"))


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_stores_weights_as_it_says(converted, dense, name):
    a_recipe = coreml_models.recipe(name)
    variant = converted(name)
    classifier = ImageClassifier(variant.package)
    stored = {w.storage for w in weights.of(classifier.program) if w.elements >= 240}
    assert STORAGE[name] in stored
    assert (variant.manifest.coverage > 0.5) == bool(STORAGE[name])
    assert variant.manifest.recipe == a_recipe
    assert variant.manifest.model.bytes == package.size(variant.package)
    found = _weights(variant)
    assert found.keys() == dense.keys()
    for layer, weight in found.items():
        kept = weight != 0
        if (
            a_recipe.sparsity
            and weight.size >= 64
            and not (weight.ndim == 4 and weight.shape[1] == 1)
        ):
            assert abs(1 - kept.mean() - a_recipe.sparsity) < 0.03
            assert np.abs(dense[layer][kept]).min() >= np.abs(dense[layer][~kept]).max()
        base = (
            name.removeprefix("pruned50_").replace("pruned50", "fp16").replace("pruned75", "fp16")
        )
        error = (weight - dense[layer])[kept]
        assert np.sqrt(np.mean(error**2)) <= _MOVES[base] * np.sqrt(
            np.mean(dense[layer][kept] ** 2)
        )


@pytest.mark.parametrize("name", ["fp16", "fp32"])
def test_float_recipes_keep_their_tolerance(wide, converted, name):
    tolerance = coreml_models.recipe(name).tolerance
    scores = converted(name).scores()
    assert np.abs(scores - wide.expected).max(1).mean() <= tolerance.max_mean_diff
    assert np.mean(scores.argmax(1) == wide.expected.argmax(1)) >= tolerance.min_top1_agreement


@pytest.mark.parametrize("name", RECIPES)
def test_decoded_weights_are_coremltools_own(converted, name):
    """Another decoder, that of coremltools, must read the same numbers."""
    variant = converted(name)
    classifier = ImageClassifier(variant.package)
    with quiet():
        import coremltools as ct
        from coremltools.converters.mil.frontend.milproto.load import load

        model = ct.models.MLModel(str(variant.package), skip_model_load=True)
        spec = model.get_spec()
        other = load(spec, spec.specificationVersion, model.weights_dir).functions["main"]
    compared = 0
    for op in other.operations:
        if op.op_type.startswith("constexpr_") and len(op.outputs) == 1:
            expected = op.materialized_val_inference()
            found = classifier.machine.constant(op.outputs[0].name)
            assert found.shape == expected.shape
            np.testing.assert_allclose(found, expected.astype(np.float32), rtol=2e-3, atol=1e-6)
            compared += 1
    assert compared == 0 if not STORAGE[name] else compared >= 2


# shows: pain 0.8
def test_keras_3_converts_to_the_same_scores(tmp_path):
    three = coreml_models.source(tmp_path, keras_models.classifier("3"))
    assert (
        np.abs(three.convert(coreml_models.recipe("fp32")).scores() - three.expected).max() < 1e-4
    )
    assert three.info.keras == "3"


# shows: pain D45
@pytest.mark.parametrize("mode", ["caffe", "torch", "none"])
def test_every_preprocessing_enters_the_package(tmp_path, mode):
    pre = normalization.NAMED[mode]
    one = coreml_models.source(tmp_path, keras_models.classifier("2"), pre)
    variant = one.convert(coreml_models.recipe("fp32"))
    assert np.abs(variant.scores() - one.expected).max() < 1e-4
    # One scale an image input can have: "torch" has three, which go into the weights.
    assert variant.manifest.preprocess.scale == 1.0
    assert variant.manifest.input.color_order == pre.color_order


# shows: pain D44
def test_input_is_scaled_exactly_and_names_are_stated(keras2):
    variant = keras2.convert(coreml_models.recipe("fp16"))
    assert variant.manifest.preprocess.scale == 1 / 127.5
    assert variant.manifest.preprocess.bias == (-1.0, -1.0, -1.0)
    classifier = ImageClassifier(variant.package)
    for pixel, expected in ((0, -1.0), (128, 0.003922), (255, 1.0)):
        image = np.full((1, 24, 24, 3), pixel, np.uint8)
        assert np.allclose(classifier.entry(image, 2), expected, atol=1e-6)
    description = classifier.spec.description
    assert [i.name for i in description.input] == ["image"]
    assert [o.name for o in description.output] == ["classLabel", "classLabel_probs"]
    assert classifier.labels == coreml_models.NAMES
    assert classifier.spec.specificationVersion == 7  # iOS 16


# shows: pain D49
def test_fp16_file_is_half_of_fp32_and_int8_a_quarter(tmp_path):
    keras = keras_models.library("2")
    first = [keras.layers.Conv2D(64, 3), keras.layers.ReLU(), keras.layers.Conv2D(256, 3)]
    big = coreml_models.source(tmp_path, keras_models.classifier("2", first))
    sizes = {
        n: (big.convert(coreml_models.recipe(n)).package / program.WEIGHTS).stat().st_size
        for n in ("fp32", "fp16", "int8")
    }
    assert 0.49 < sizes["fp16"] / sizes["fp32"] < 0.52
    assert 0.24 < sizes["int8"] / sizes["fp32"] < 0.28


# shows: pain D54
def test_same_bytes_in_another_process_with_another_hash_seed(wide, tmp_path):
    a_recipe = tmp_path / "recipe.json"
    data = json.loads(pathlib.Path("models/coreml_recipes/pruned50_palette6.json").read_text())
    a_recipe.write_text(json.dumps({**data, "min_elements": 64, "min_coverage": 0.5}))
    outputs = []
    for seed in ("1", "2"):
        out = tmp_path / seed / "net.mlpackage"
        out.parent.mkdir()
        arguments = [
            f"--model={wide.folder / 'm.model'}",
            f"--info={wide.folder / 'm.json'}",
            f"--labels={wide.folder / 'm.labels.txt'}",
            f"--recipe={a_recipe}",
            f"--out-package={out}",
            f"--out-zip={out}.zip",
            f"--out-manifest={out}.json",
        ]
        # A program of its own: sys.path as here, another order of every set and dictionary.
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; sys.argv[1:] = {arguments!r}; "
            "from model_press.coreml import convert_program; "
            "from model_press.process import command_line; "
            "command_line.main(convert_program.COMMAND)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr
        assert run.stderr == ""
        outputs.append(
            (pathlib.Path(f"{out}.zip").read_bytes(), pathlib.Path(f"{out}.json").read_bytes())
        )
    assert outputs[0] == outputs[1]


def test_the_manifest_says_what_compressed_the_model(keras2):
    compression = manifest.Compression("macs30", "3" * 64, 35210, True)
    info = dataclasses.replace(keras2.info, compression=compression)
    compressed = dataclasses.replace(keras2, info=info)
    described = compressed.convert(coreml_models.recipe("fp16"), "compressed").manifest
    assert described.source.compression == compression
    assert metrics.recipe_of(described) == "macs30_fp16"


def test_manifest_is_read_back_by_the_gates_reader(keras2, tmp_path):
    variant = keras2.convert(coreml_models.recipe("fp16"))
    manifest.write(tmp_path / "m.json", variant.manifest)
    assert manifest.read(tmp_path / "m.json") == variant.manifest


# shows: pain 0.2
def test_group_that_does_not_divide_a_width_is_refused_before_compression(tmp_path):
    keras = keras_models.library("2")
    net = keras_models.classifier("2", [keras.layers.Conv2D(728, 1), keras.layers.Conv2D(728, 1)])
    one = coreml_models.source(tmp_path, net, fit=False)
    a_recipe = coreml_models.recipe("palette4", min_elements=2048, min_coverage=0.95)
    grouped = coreml_models.recipe(
        "palette4",
        min_elements=2048,
        min_coverage=0.95,
        palette=coreml_models.coreml_recipes.Palette(4, "kmeans", 16),
    )
    with user_error("palette.group_size 16 does not divide", "conv2d", "(728)", "use a divisor of"):
        one.convert(grouped, "grouped")
    assert not (one.folder / "grouped.mlpackage").exists()
    assert one.convert(a_recipe).manifest.coverage > 0.95


# shows: pain D49
def test_weights_left_out_are_an_error_naming_layers(wide):
    with user_error(
        "recipe int8: 0.0% of the weights were compressed, at least 95.0%",
        "left out: ",
        "lower the recipe's min_elements (1000000)",
    ):
        wide.convert(
            coreml_models.recipe("int8", min_elements=1_000_000, min_coverage=0.95), "bare"
        )


def test_repeated_label_is_refused(keras2, tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("\n".join(["crane", *coreml_models.NAMES[1:-1], "crane"]) + "\n")
    with user_error("'crane' 2 times"):
        coreml_models.convert.convert_model(
            keras2.folder / "m.model",
            keras2.info,
            coreml_models.recipe("fp16"),
            path,
            tmp_path / "x.mlpackage",
        )


def test_command_line_says_one_line_for_a_bad_recipe(keras2, tmp_path):
    path = tmp_path / "r.json"
    path.write_text("{}")
    arguments = [
        "--label=//a:b",
        f"--recipe={path}",
        f"--out-package={tmp_path / 'x.mlpackage'}",
    ]
    arguments += [
        f"--info={keras2.folder / 'm.json'}",
        "--model=x",
        "--labels=x",
        "--out-zip=x",
        "--out-manifest=x",
    ]
    code, lines = programs.lines(arguments, convert_program.COMMAND)
    assert code == 1
    assert len(lines) == 1 and lines[0].startswith(
        "ERROR //a:b: recipe r.json: field 'schema_version' is missing"
    )
