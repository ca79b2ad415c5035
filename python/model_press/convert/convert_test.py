"""convert: every recipe on tiny models, its promises about the graph, and every refusal."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter as LiteRt
from ai_edge_litert.interpreter import OpResolverType
from testing import imported, int8_graphs, keras_models, programs
from testing.compress_settings import recipe
from testing.raises import user_error

from model_press.convert import calibration, convert, convert_program
from model_press.formats import files, labels, manifest, normalization, recipes
from model_press.gates import parity
from model_press.images import npy, preprocess
from model_press.keras_io import load
from model_press.tflite import reader
from model_press.tflite.interpreter import Interpreter

NAMES = ["fp32", "fp16", "dynamic_int8", "int8", "int16x8"]
FLOAT_NAMES = NAMES[:3]
TF = normalization.NAMED["tf"]
CALIBRATION, CLASSES = keras_models.photos(100, seed=1)
GOLDEN, _ = keras_models.photos(60, seed=2)


def run(path, chosen, pre=TF, images=CALIBRATION) -> convert.Converted:
    return convert.convert_model(
        path, pre, chosen, images if chosen.quantized_activations else None
    )


def saved(path, generation="2", first=None, pre=TF):
    """Save a classifier that recognises the calibration images' colours."""
    model = keras_models.classifier(generation, first)
    keras_models.fit_head(model, preprocess.normalize(CALIBRATION, pre), CLASSES)
    model.save(path)
    return path


def describe(result, chosen, path, tmp_path, pre=TF) -> manifest.TfliteManifest:
    _, info = imported.describe(path, tmp_path, "tiny", pre)
    names = tmp_path / "tiny.labels.txt"
    return convert.describe(result, info, chosen, f"tiny_{chosen.name}", names)


def outputs(converted, description, images=GOLDEN) -> np.ndarray:
    """Raw codes [N, classes] of a converted model, fed as an app feeds it."""
    interpreter = Interpreter(converted.data)
    encoded = preprocess.encode_input(images, description)
    return np.concatenate([interpreter.run(image[None]) for image in encoded])


def keras_outputs(path, pre=TF, images=GOLDEN) -> np.ndarray:
    with load.load(path) as loaded:
        return np.asarray(loaded.call(preprocess.normalize(images, pre)), np.float32)


def check_parity(tmp_path, result, description, path, pre=TF, images=GOLDEN):
    """Return the parity gate's verdict on a converted model, beside the Keras model at `path`."""
    npy.write_npy(tmp_path / "o.npy", outputs(result, description, images))
    npy.write_npy(tmp_path / "k.npy", keras_outputs(path, pre))
    return parity.check(tmp_path / "o.npy", description, tmp_path / "k.npy")


def assert_parity(result, chosen, path, tmp_path, pre=TF) -> manifest.TfliteManifest:
    """Check a converted model against Keras; return its manifest."""
    description = describe(result, chosen, path, tmp_path, pre)
    verdict = check_parity(tmp_path, result, description, path, pre)
    assert verdict.green, verdict.lines()
    return description


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("tiny") / "net.keras")


@pytest.fixture(scope="module")
def converted(tiny):
    return {name: run(tiny, recipe(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_model_agrees_with_keras_and_its_manifest(name, tiny, converted, tmp_path):
    result, chosen = converted[name], recipe(name)
    description = assert_parity(result, chosen, tiny, tmp_path)
    assert description.input.dtype == chosen.input_type
    assert description.output.dtype == chosen.output_type
    assert description.input.shape == (1, keras_models.SIZE, keras_models.SIZE, 3)
    # A byte is its own code wherever bytes go in; float inputs have neither scale nor zero point.
    scale = 1.0 if chosen.input_type == "uint8" else 0.0
    assert (description.input.scale, description.input.zero_point) == (scale, 0)
    assert description.preprocess.fused and result.fused_by == "weights"
    assert description.model.sha256 == files.sha256_bytes(result.data)
    manifest.write(tmp_path / "m.json", description)
    assert manifest.read(tmp_path / "m.json") == description


@pytest.mark.parametrize("name", FLOAT_NAMES)
def test_float_recipes_take_bytes_by_one_cast(name, converted):
    ops = {op: count for op, _, count in converted[name].file.builtin_ops()}
    assert ops["CAST"] == 1
    # Batch normalisation is folded away: nothing multiplies or adds per channel any more.
    assert not {"MUL", "SUB", "ADD"} & set(ops)


@pytest.mark.parametrize("name", ["int8", "int16x8"])
def test_static_recipes_have_no_float_inside(name, converted):
    assert not converted[name].file.inner_float_tensors()


@pytest.mark.parametrize("name", ["int8", "int16x8"])
def test_each_image_calibrates_once(name, tiny, monkeypatch):
    drawn = []
    unpatched = calibration.with_full_range
    monkeypatch.setattr(
        calibration,
        "with_full_range",
        lambda images: (drawn.append(1) or one for one in unpatched(images)),
    )
    run(tiny, recipe(name))
    assert len(drawn) == len(CALIBRATION)


@pytest.mark.parametrize("generation", ["2", "3"])
def test_int8_is_rewritten_for_the_delegate_as_the_recipe_says(generation, tmp_path):
    layers = keras_models.library(generation).layers

    def residual(x):
        # The sum is read twice, so its ReLU cannot be fused; padding cuts the average's windows at the border.
        total = layers.Add()([x, layers.Conv2D(8, 1)(x)])
        y = layers.Conv2D(8, 1)(layers.ReLU()(total))
        y = layers.AveragePooling2D(3, strides=1, padding="same")(y)
        return layers.Add()([total, y])

    path = saved(tmp_path / "m.keras", generation, [layers.Conv2D(8, 3), residual])
    results = {names: run(path, recipe("int8", rewrites=names)) for names in [(), ("relu",)]}
    results["shipped"] = run(path, recipe("int8"))
    assert [int8_graphs.delegated(result.data)[0] for result in results.values()] == [3, 2, 1]
    description = assert_parity(results["shipped"], recipe("int8"), path, tmp_path)
    raw = {key: outputs(result, description).astype(int) for key, result in results.items()}
    plain = raw.pop(())
    assert len(np.unique(plain)) > 32
    for rewritten in raw.values():
        # Probabilities of 1/256 a code; XNNPACK rounds the rewritten operators itself.
        assert np.abs(rewritten - plain).mean() < 0.5


@pytest.fixture(scope="module")
def outlier(tmp_path_factory):
    """A model with one channel 200 times as large as its neighbours, which one int8 scale cannot hold."""
    path = tmp_path_factory.mktemp("outlier") / "outlier.keras"
    layers = keras_models.library("2").layers
    first = [layers.Conv2D(8, 3, strides=2), layers.ReLU(), layers.Conv2D(16, 3, name="wide")]
    first += [layers.ReLU(), layers.Conv2D(16, 3, name="narrow")]
    model = keras_models.classifier("2", first)
    wide, narrow = model.get_layer("wide"), model.get_layer("narrow")
    scale = np.r_[200.0, np.ones(15)].astype(np.float32)
    wide.set_weights([weight * scale for weight in wide.get_weights()])
    kernel, bias = narrow.get_weights()
    narrow.set_weights([kernel / scale[:, None], bias])
    keras_models.fit_head(model, preprocess.normalize(CALIBRATION, TF), CLASSES)
    model.save(path)
    return path


def test_layers_that_int8_cannot_afford_stay_float(outlier, tmp_path):
    expected = keras_outputs(outlier)
    results = {}
    for name, bound in [("plain", None), ("mixed", recipes.MixedPrecision(0.02))]:
        chosen = recipe("int8", mixed_precision=bound)
        result = run(outlier, chosen)
        description = describe(result, chosen, outlier, tmp_path)
        raw = outputs(result, description)
        real = description.output.scale * raw.astype(np.float64)
        results[name] = result, np.abs(real - expected).max(1).mean()
    (plain, plain_diff), (mixed, mixed_diff) = results.values()
    assert plain_diff > 0.05 > 0.03 > mixed_diff
    layers = [t.name for t in mixed.file.inner_float_tensors() if t.name.endswith("/float")]
    assert any("wide" in layer for layer in layers)
    # The first convolution can afford it, and the delegate takes both kinds.
    assert len(layers) < len([o for o in mixed.file.operators if "CONV" in o.name])
    assert int8_graphs.delegated(mixed.data)[0] == 1
    assert len(plain.data) < len(mixed.data)
    assert run(outlier, chosen).data == mixed.data


def test_a_model_within_the_bound_stays_as_it_is(tiny, converted):
    bounded = run(tiny, recipe("int8", mixed_precision=recipes.MixedPrecision(0.5)))
    assert bounded.data == converted["int8"].data


def test_a_bound_below_the_last_rounding_is_refused(tiny):
    with user_error("in float", "mixed_precision.max_mean_diff 1e-06", "dynamic_int8"):
        run(tiny, recipe("int8", mixed_precision=recipes.MixedPrecision(1e-6)))


# shows: gate parity_test: BGR; fault BGR
def test_bgr_pixels_are_red(tiny, converted, tmp_path):
    description = describe(converted["int8"], recipe("int8"), tiny, tmp_path)
    images = GOLDEN[..., ::-1]
    assert not check_parity(tmp_path, converted["int8"], description, tiny, images=images).green


# shows: pain D19; fault wrong input scale
def test_wrong_input_scale_is_red(tiny, tmp_path):
    # Declared as taking raw pixels, trained on [-1, 1].
    none = normalization.NAMED["none"]
    wrong = run(tiny, recipe("int8"), none)
    description = describe(wrong, recipe("int8"), tiny, tmp_path, none)
    try:
        assert not check_parity(tmp_path, wrong, description, tiny).green
    except convert.UserError as error:
        assert "degenerate" in str(error)


# shows: pain D14; pain D19
def test_uniform_noise_calibration_is_wrong(tiny, tmp_path):
    """The article calibrates with uniform(0, 1) floats, a model trained on [-1, 1] does not see that.

    Half of its input range is cut off: every pixel below mid grey becomes the same code.
    """
    external = recipe("int8", preprocess="external")
    noise = np.random.default_rng(0).uniform(0, 1, CALIBRATION.shape).astype(np.float32)
    with user_error("float32", "raw RGB pixels"):
        run(tiny, external, images=noise)
    # What its converter call makes of it all the same:
    with load.load(tiny) as loaded:
        data = convert.tflite.convert(
            loaded.call,
            loaded.height,
            loaded.width,
            external,
            lambda: (sample[None] for sample in noise),
        )
    result = convert.Converted(data, reader.parse(data, "noise"), "external")
    description = describe(result, external, tiny, tmp_path)
    grey = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1), 3, axis=3)
    codes = preprocess.encode_input(grey, description)
    assert len(np.unique(codes[grey < 128])) == 1
    assert not check_parity(tmp_path, result, description, tiny).green
    description = assert_parity(run(tiny, external), external, tiny, tmp_path)
    # Two units over 255 steps.
    assert description.input.scale == pytest.approx(2 / 255, rel=1e-6)
    assert description.input.zero_point in (127, 128)


def test_external_float_recipe_leaves_preprocessing_to_the_app(tiny, tmp_path):
    external = recipe("fp32", preprocess="external", input_type="float32")
    description = assert_parity(run(tiny, external), external, tiny, tmp_path)
    assert description.preprocess.mean == TF.mean and not description.preprocess.fused


def test_int8_tensors_take_the_pixel_less_128(tiny, tmp_path):
    signed = recipe("int8", input_type="int8", output_type="int8")
    description = assert_parity(run(tiny, signed), signed, tiny, tmp_path)
    assert (description.input.scale, description.input.zero_point) == (1.0, -128)


PADDED = {
    "same": lambda layers: [layers.Conv2D(8, 3, strides=2, padding="same")],
    "zero padding": lambda layers: [layers.ZeroPadding2D(1), layers.Conv2D(8, 3, strides=2)],
}


# shows: pain D19
@pytest.mark.parametrize("mode", ["tf", "caffe", "torch"])
@pytest.mark.parametrize("generation, first", [("2", "same"), ("3", "zero padding")])
def test_padded_first_layers_take_raw_bytes_too(generation, first, mode, tmp_path):
    pre, layers = normalization.NAMED[mode], PADDED[first](keras_models.library(generation).layers)
    path = saved(tmp_path / "m.keras", generation, layers, pre)
    result = run(path, recipe("int8"), pre)
    assert result.fused_by == "convolution"
    description = assert_parity(result, recipe("int8"), path, tmp_path, pre)
    assert (description.input.scale, description.input.zero_point) == (1.0, 0)


# shows: pain D20
def test_every_pixel_gets_one_code_on_every_kernel(tmp_path):
    """Normalised in front by a convolution, [-1, 1] would put all 256 pixel values on rounding ties."""
    path = tmp_path / "m.keras"
    keras_models.classifier("2", PADDED["same"](keras_models.library("2").layers)).save(path)
    result = run(path, recipe("int8"))
    convolution = next(o for o in result.file.operators if o.name == "CONV_2D")
    size = keras_models.SIZE
    pixels = (np.arange(size * size * 3) % 256).astype(np.uint8).reshape(1, size, size, 3)
    for resolver in (OpResolverType.BUILTIN_REF, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
        interpreter = LiteRt(
            model_content=result.data,
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=True,
        )
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
        interpreter.invoke()
        codes = interpreter.get_tensor(convolution.outputs[0])
        np.testing.assert_array_equal(codes.astype(int) + 128, pixels)


@pytest.mark.parametrize("generation", ["2", "3"])
def test_a_rescaling_layer_leaves_no_arithmetic_behind(generation, tmp_path):
    layers = keras_models.library(generation).layers
    none = normalization.NAMED["none"]
    first = [layers.Rescaling(1 / 127.5, -1), layers.Conv2D(8, 3, strides=2)]
    path = saved(tmp_path / "m.keras", generation, first, none)
    result = run(path, recipe("int8"), none)
    assert not {"MUL", "ADD", "SUB"} & {name for name, _, _ in result.file.builtin_ops()}
    assert_parity(result, recipe("int8"), path, tmp_path, none)


@pytest.mark.parametrize("name", ["fp32", "int8"])
@pytest.mark.parametrize("generation", ["2", "3"])
def test_saved_models_convert(generation, name, tmp_path):
    path = saved(tmp_path / "m.keras", generation)
    keras_models.export(
        keras_models.library(generation).models.load_model(path), tmp_path / "saved"
    )
    assert_parity(run(tmp_path / "saved", recipe(name)), recipe(name), path, tmp_path)


# shows: pain D27
def test_same_bytes_from_a_fresh_process(tiny, converted, tmp_path):
    """The fixture converted five models in this process, as a worker does; the other starts cold."""
    np.save(tmp_path / "c.npy", CALIBRATION)
    imported.describe(tiny, tmp_path)
    arguments = [
        f"--model={tiny}",
        f"--info={tmp_path / 'net.json'}",
        f"--labels={tmp_path / 'net.labels.txt'}",
        "--recipe=models/recipes/int8.json",
        f"--calibration-images={tmp_path / 'c.npy'}",
        f"--out-model={tmp_path / 'tiny_int8.tflite'}",
        f"--out-manifest={tmp_path / 'tiny_int8.manifest.json'}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "model_press.convert.convert_program", *arguments],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    cold = (tmp_path / "tiny_int8.tflite").read_bytes()
    assert files.sha256_bytes(cold) == files.sha256_bytes(converted["int8"].data)
    description = (tmp_path / "tiny_int8.manifest.json").read_bytes()
    assert programs.call(arguments, convert_program.COMMAND) == 0
    assert (tmp_path / "tiny_int8.manifest.json").read_bytes() == description


def test_dense_layers_stay_at_versions_that_2_16_1_has(tmp_path):
    # The converter leaves kernels below 1024 elements float; this one has 6 * 6 * 3 * 64.
    keras = keras_models.library("2")
    image = keras.Input((keras_models.SIZE, keras_models.SIZE, 3))
    pooled = keras.layers.Flatten()(keras.layers.AveragePooling2D(4)(image))
    model = keras.Model(image, keras.layers.Dense(64, activation="softmax")(pooled))
    keras_models.randomize(model)
    path = tmp_path / "m.keras"
    model.save(path)

    def versions(a_recipe) -> int:
        ops = {name: version for name, version, _ in run(path, a_recipe).file.builtin_ops()}
        return ops["FULLY_CONNECTED"]

    assert versions(recipe("dynamic_int8")) == 9
    per_channel = recipe("dynamic_int8", per_channel_dense=True)
    assert versions(per_channel) == 12
    # The same weights, in operators that the old runtime has.
    lowered = dataclasses.replace(per_channel, rewrites=("dense_scales",))
    assert versions(lowered) == 9
    pixels = GOLDEN[:8]
    before, after = (
        np.stack([Interpreter(run(path, r).data).run(image[None])[0] for image in pixels])
        for r in (per_channel, lowered)
    )
    np.testing.assert_allclose(after, before, atol=1e-5)


# shows: pain D24; fault a Flex operator
def test_flex_operators_are_refused_by_operator_and_layer(tmp_path):
    tf = keras_models.tf_quiet.tensorflow()
    keras = keras_models.library("2")
    image = keras.Input((8, 8, 3))
    flat = keras.layers.Reshape((8, 24))(image)
    singular = tf.linalg.svd(flat, compute_uv=False)
    model = keras.Model(image, keras.layers.Dense(4, activation="softmax")(singular))
    model.save(tmp_path / "m.keras")
    with user_error("Svd", "svd", "no TensorFlow fallback"):
        run(tmp_path / "m.keras", recipe("fp32"))


def test_broken_weights_are_refused(tmp_path):
    model = keras_models.classifier("2")
    model.get_layer("scores").bias.assign([np.nan] * keras_models.CLASSES)
    model.save(tmp_path / "m.keras")
    with user_error("not finite"):
        run(tmp_path / "m.keras", recipe("fp32"))


FLAT = np.full_like(CALIBRATION, 7)
DIM = (CALIBRATION // 4).astype(np.uint8)
SCALED = (CALIBRATION > 127).astype(np.uint8)
NOISE = np.random.default_rng(0).integers(0, 256, CALIBRATION.shape, dtype=np.uint8)


# shows: pain D14
@pytest.mark.parametrize(
    "name, images, said",
    [
        ("int8", None, ["needs calibration images", "image_set"]),
        ("fp32", CALIBRATION, ["ignores calibration images"]),
        ("int8", FLAT, ["100 times the same image"]),
        ("int8", CALIBRATION[:1], ["1 times the same image"]),
        ("int8", DIM, ["between 0 and 63", "unscaled"]),
        ("int8", SCALED, ["between 0 and 1", "unscaled"]),
        ("int8", NOISE, ["calibration images", "random noise"]),
        ("int8", CALIBRATION / np.float32(255), ["float32", "raw RGB pixels"]),
        ("int16x8", CALIBRATION[:, :-1], ["23x24", "24x24"]),
        ("int8", CALIBRATION[:0], ["empty"]),
    ],
)
def test_bad_calibration_is_named(tiny, name, images, said):
    with user_error(*said):
        convert.convert_model(tiny, TF, recipe(name), images)


# shows: fault 1001 labels
def test_labels_must_match(tiny, converted, tmp_path):
    _, info = imported.describe(tiny, tmp_path)
    names = tmp_path / "l.txt"
    names.write_bytes(labels.dump(labels.default(1001)))
    with user_error("1001 names", "10 outputs"):
        convert.describe(converted["int8"], info, recipe("int8"), "tiny_int8", names)
