"""A fused package sees Pillow's pixels, of every value and on 8x8, and answers as the separate steps; a red gate."""

import dataclasses
import json
import pathlib

import numpy as np
import pytest
from PIL import Image
from testing import coreml_models, keras_models, programs
from testing.manifests import changed
from testing.raises import user_error

from model_press.camera_input import separate
from model_press.camera_input.coreml import crop_region, fuse_program, fusing
from model_press.camera_input.coreml.runner import FusedPackage
from model_press.coreml import package
from model_press.coreml.evaluator import machine, program
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.evaluate import coreml_eval
from model_press.formats import manifest, strict_json
from model_press.formats.camera_input import CameraFrame, make_postprocess
from model_press.formats.normalization import NAMED
from model_press.gates import gates_program
from model_press.images import decode

ALL = make_postprocess((), 0, 1)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return coreml_models.source(tmp_path_factory.mktemp("fused"), keras_models.classifier("2"))


@pytest.fixture(scope="module")
def variants(one):
    made = {}

    def variant(recipe):
        if recipe not in made:
            made[recipe] = one.convert(coreml_models.recipe(recipe))
        return made[recipe]

    return variant


@pytest.fixture(scope="module")
def plain(variants):
    return variants("fp32")


def _entry(height, width, fit="crop"):
    return CameraFrame(height, width, "RGB", fit, "bilinear_antialias")


def _fuse(variant, folder, entry, answer=ALL) -> tuple[pathlib.Path, manifest.CoremlManifest]:
    out = folder / "fused.mlpackage"
    return out, fusing.fuse(variant.package, variant.manifest, entry, answer, out)


def _pixels(frame: np.ndarray, description: manifest.CoremlManifest) -> np.ndarray:
    """What the network sees of a frame, by the separate steps."""
    camera = description.camera
    return separate.pixels(frame, camera, *camera.model_input_size)


def _noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def _seen(folder, variant, frames: np.ndarray) -> np.ndarray:
    """What the network's own first operation reads: float32 [N, height, width, 3] in the package's colour order."""
    source = program.read(folder, program.read_spec(folder))
    name = next(op.name for op in reversed(source.operations) if op.name.endswith("_round"))
    order = slice(None) if variant.manifest.input.color_order == "RGB" else slice(None, None, -1)
    planes = np.ascontiguousarray(np.moveaxis(frames[..., order], -1, 1), np.float32)
    pixels = machine.Machine(source).run({variant.manifest.input.name: planes}, name)
    return np.moveaxis(pixels, 1, -1)[..., order]


@pytest.mark.parametrize("recipe", ["fp32", "fp16", "int8", "palette6"])
def test_every_byte_value_passes(variants, tmp_path, recipe):
    """256 flat pictures, also where the network computes in float16."""
    out, _ = _fuse(variants(recipe), tmp_path, _entry(30, 50))
    frames = np.broadcast_to(np.arange(256, dtype=np.uint8)[:, None, None, None], (256, 30, 50, 3))
    seen = _seen(out, variants(recipe), frames)
    assert np.array_equal(seen, np.broadcast_to(np.arange(256)[:, None, None, None], seen.shape))


@pytest.mark.parametrize("fit", ["crop", "stretch"])
@pytest.mark.parametrize(
    ("height", "width"), [(8, 8), (64, 48), (480, 640), (37, 53), (5, 3), (16, 31)]
)
def test_pixels_are_pillows(plain, tmp_path, height, width, fit):
    """To the byte, the 8x8 picture enlarged and the camera's at a whole shrink factor, whose sums are ties."""
    frame = _noise(height, width)
    out, made = _fuse(plain, tmp_path, _entry(height, width, fit))
    np.testing.assert_array_equal(_seen(out, plain, frame[None])[0], _pixels(frame, made))


@pytest.mark.parametrize("recipe", ["fp32", "fp16", "int8", "palette6", "pruned50_int8"])
def test_scores_are_the_finished_packages(variants, tmp_path, recipe):
    """With the weights in the form that they were stored in."""
    variant = variants(recipe)
    out, made = _fuse(variant, tmp_path, _entry(37, 53))
    fused, network = FusedPackage(out, made), ImageClassifier(variant.package)
    for seed in range(5):
        frame = _noise(37, 53, seed)
        scores, indices = fused.run(frame)
        np.testing.assert_array_equal(scores, network.run(_pixels(frame, made)[None])[0])
        assert indices is None
    assert made.output == variant.manifest.output and made.postprocess is None
    constants, expected = (
        {op for op in described.requires.operations if op.startswith("constexpr")}
        for described in (made, variant.manifest)
    )
    assert constants == expected


def test_what_gives_labels_is_held_to_its_manifest(plain, tmp_path):
    out, made = _fuse(plain, tmp_path, _entry(37, 53))
    output = dataclasses.replace(made.output, name="other")
    with user_error(
        "outputs are classLabel, classLabel_probs, its manifest says classLabel, other"
    ):
        FusedPackage(out, dataclasses.replace(made, output=output))
    labels = dataclasses.replace(made.labels, sha256="0" * 64)
    with user_error("labels (colour 0, colour 1 ...) are not those of m.labels.txt"):
        FusedPackage(out, dataclasses.replace(made, labels=labels))


def test_coreml_eval_takes_what_gives_labels(plain, tmp_path):
    out, made = _fuse(plain, tmp_path, _entry(37, 53))
    frame = _noise(37, 53)
    np.testing.assert_array_equal(
        coreml_eval.opened(out).run(frame[None])[0], FusedPackage(out, made).run(frame)[0]
    )


def test_coreml_eval_says_that_it_wants_labels(plain, tmp_path):
    out, _ = _fuse(plain, tmp_path, _entry(37, 53), make_postprocess(("argmax",), 1, 4))
    with user_error("fused.mlpackage answers scores and indices, expected a label", "without topk"):
        coreml_eval.opened(out)


def _ramps(height, width):
    ramps = np.linspace(0, 255, width)[None, :, None], np.linspace(0, 255, height)[:, None, None]
    return np.concatenate(np.broadcast_arrays(*ramps, np.full((1, 1, 1), 99.0)), -1).astype("u1")


@pytest.mark.parametrize(("height", "width"), [(53, 37), (37, 70), (37, 53)])
def test_coreml_eval_crops_a_photograph_once(plain, tmp_path, capsys, height, width):
    """As large a square as of the frame: what the plain package says, to the last digit."""
    out, _ = _fuse(plain, tmp_path, _entry(37, 53))
    photo = str(tmp_path / "p.png")
    Image.fromarray(_ramps(height, width)).save(photo)
    answers = []
    for model in (out, plain.package):
        assert programs.call([str(model), photo, "--json"], coreml_eval.COMMAND) == 0
        answers.append(json.loads(capsys.readouterr().out)["photos"])
    assert answers[0] == answers[1]


@pytest.mark.parametrize(("height", "width"), [(53, 37), (37, 53)])
def test_coreml_eval_stretches_to_what_the_package_leaves(plain, tmp_path, height, width):
    out, made = _fuse(plain, tmp_path, _entry(37, 53))
    photo = Image.fromarray(_ramps(height, width))
    frame = crop_region.place(photo, coreml_eval.opened(out), "stretch")
    stretched = decode.fit(photo, *made.camera.model_input_size, "stretch")
    assert np.abs(_pixels(frame, made).astype(int) - stretched).max() <= 8


def test_a_package_that_only_resizes_is_given_its_own_shape(plain, tmp_path):
    out, _ = _fuse(plain, tmp_path, _entry(60, 60))
    found = crop_region.place(Image.fromarray(_noise(90, 60)), coreml_eval.opened(out), "crop")
    np.testing.assert_array_equal(found, _noise(90, 60)[15:75])


@pytest.mark.parametrize("style", ["tf", "torch", "caffe"])
def test_every_style_of_preprocessing(tmp_path, style):
    source = coreml_models.source(tmp_path, keras_models.classifier("3"), NAMED[style])
    variant = source.convert(coreml_models.recipe("fp32"))
    frame = _noise(40, 30)
    out, made = _fuse(variant, tmp_path, _entry(40, 30, "stretch"))
    expected = ImageClassifier(variant.package).run(_pixels(frame, made)[None])
    np.testing.assert_array_equal(FusedPackage(out, made).run(frame)[0], expected[0])


@pytest.mark.parametrize(("steps", "top"), [(("topk",), 3), (("argmax",), 1)])
def test_classes_are_numpys(plain, tmp_path, steps, top):
    size = (plain.manifest.input.height, plain.manifest.input.width)
    answer = make_postprocess(steps, top, plain.manifest.labels.count)
    out, made = _fuse(plain, tmp_path, _entry(*size), answer)
    fused, network = FusedPackage(out, made), ImageClassifier(plain.package)
    for image in coreml_models.IMAGES[:20]:
        scores, indices = fused.run(image)
        expected, best = separate.answer(network.run(image[None])[0], answer)
        np.testing.assert_array_equal(indices, best)
        np.testing.assert_array_equal(scores, expected)
    description = program.read_spec(out).description
    assert [output.name for output in description.output] == ["scores", "indices"]
    assert not description.predictedFeatureName


def test_of_equal_scores_the_lower_class_comes_first():
    from model_press.coreml.evaluator.ops.shaping import topk

    values, indices = topk(np.array([[1.0, 2.0, 2.0, 1.0]], np.float32), 3)
    assert (values.tolist(), indices.tolist()) == ([[2, 2, 1]], [[1, 2, 0]])
    with pytest.raises(ValueError, match="sorted, with indices"):
        topk(np.zeros((1, 4)), 2, ascending=True)


def test_softmax_behind_logits(tmp_path):
    keras = keras_models.library("2")
    net = keras_models.classifier("2")
    logits = keras.Model(net.input, keras.layers.Dense(keras_models.CLASSES)(net.layers[-2].output))
    variant = coreml_models.source(tmp_path, logits, fit=False).convert(
        coreml_models.recipe("fp32")
    )
    answer = make_postprocess(("softmax", "topk"), 2, variant.manifest.labels.count)
    size = (variant.manifest.input.height, variant.manifest.input.width)
    out, made = _fuse(variant, tmp_path, _entry(*size), answer)
    scores, indices = FusedPackage(out, made).run(coreml_models.IMAGES[0])
    expected, best = separate.answer(
        ImageClassifier(variant.package).run(coreml_models.IMAGES[:1])[0], answer
    )
    np.testing.assert_array_equal(indices, best)
    np.testing.assert_allclose(scores, expected, rtol=1e-5)


def test_softmax_behind_a_softmax_is_refused(variants, tmp_path):
    for recipe in ("fp32", "fp16"):
        with user_error("ends in softmax already"):
            _fuse(variants(recipe), tmp_path, _entry(30, 30), make_postprocess(("softmax",), 0, 4))
    assert not (tmp_path / "fused.mlpackage").exists()


def test_the_same_bytes_again(plain, tmp_path):
    answer = make_postprocess(("topk",), 2, plain.manifest.labels.count)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = (_fuse(plain, tmp_path / n, _entry(60, 60), answer)[0] for n in ("a", "b"))
    assert package.digest(first) == package.digest(second)


def _lines(argv, *commands, prog=None) -> tuple[int, str]:
    code, lines = programs.lines(argv, *commands, prog=prog)
    return code, "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class Build:
    """Runs the build's actions in a folder."""

    folder: pathlib.Path
    package: pathlib.Path

    def fuse(self, name, *options):
        options = (
            "--label=//m:fused",
            f"--package={self.package}",
            f"--manifest={self.folder}/plain.json",
            f"--out-package={self.folder}/{name}.mlpackage",
            f"--out-zip={self.folder}/{name}.mlpackage.zip",
            f"--out-manifest={self.folder}/{name}.json",
            *options,
        )
        return _lines(options, fuse_program.COMMAND)

    def check(self, name):
        options = (
            "check-camera-parity",
            "--label=//m:t",
            f"--model={self.folder}/{name}.mlpackage",
            f"--manifest={self.folder}/{name}.json",
            f"--plain-model={self.package}",
            f"--plain-manifest={self.folder}/plain.json",
            f"--images={self.folder}/images.npy",
            "--count=30",
            "--min-agreement=1",
            "--max-difference=0",
            f"--out={self.folder}/verdict.json",
        )
        return _lines(options, *gates_program.commands(options), prog="gates")


@pytest.fixture
def build(plain, tmp_path):
    manifest.write(tmp_path / "plain.json", plain.manifest)
    np.save(tmp_path / "images.npy", coreml_models.IMAGES)
    return Build(tmp_path, plain.package)


CAMERA = ("--height=60", "--width=80", "--postprocess=topk", "--top=3")


def test_a_camera_variant_and_its_gate(build):
    assert build.fuse("camera", *CAMERA) == (0, "")
    made = manifest.read_coreml(build.folder / "camera.json")
    assert made.input.width == 80 and made.postprocess.top_k == 3
    code, said = build.check("camera")
    assert code == 0, said
    assert json.loads((build.folder / "verdict.json").read_text())["green"]


# shows: gate camera_parity_test: another fit or number of classes than the manifest says
@pytest.mark.parametrize("other", ["--fit=stretch", "--top=2"])
def test_the_gate_is_red_on_another_package_than_the_manifest_says(build, other):
    build.fuse("camera", *CAMERA)
    build.fuse("other", *CAMERA, other)
    honest = manifest.read_coreml(build.folder / "camera.json")
    other_model = manifest.read_coreml(build.folder / "other.json").model
    manifest.write(build.folder / "other.json", dataclasses.replace(honest, model=other_model))
    code, said = build.check("other")
    assert code == 1 and "ERROR //m:t: " in said


# shows: gate camera_parity_test: a changed package
def test_the_gate_is_red_on_a_changed_package(build):
    build.fuse("camera", *CAMERA)
    with open(build.folder / "camera.mlpackage" / program.WEIGHTS, "ab") as file:
        file.write(b"\0")
    code, said = build.check("camera")
    assert code == 1 and "is not the one its manifest names" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "gives a label already; give a size or a postprocess"),
        (("--height=0", "--width=5"), "height 0 must be 1 to"),
        (("--postprocess=topk", "--top=99"), "top 99 must be 1 to"),
        (("--postprocess=best",), "postprocess 'best' is unknown"),
    ],
)
def test_mistakes_get_one_line_and_write_nothing(build, options, message):
    code, said = build.fuse("camera", *options)
    assert code in (1, 2) and message in said and "\n" not in said
    assert not (build.folder / "camera.mlpackage").exists()


@pytest.fixture(scope="module")
def camera_json(plain, tmp_path_factory):
    answer = make_postprocess(("topk",), 3, plain.manifest.labels.count)
    _, description = _fuse(plain, tmp_path_factory.mktemp("json"), _entry(60, 80), answer)
    return strict_json.to_json(description)


_SIDES = "camera_input.model_input_size"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("schema_version", 1, "schema_version 1 was written by an older model_press"),
        ("output.indices", None, "output.indices is None, expected a name"),
        ("output.label", "x", "output.label is 'x', expected null"),
        ("postprocess.top_k", 99, "manifest m.json: postprocess.top_k 99 must be 1 to"),
        (
            "postprocess.steps",
            ["topk", "softmax"],
            "manifest m.json: postprocess.steps ['topk', 'softmax'] is not a valid order",
        ),
        ("input.height", 1, "expected those of camera_input, 80x60"),
        (_SIDES, [24], f"{_SIDES}': got [24], expected 2 items, got 1"),
        (_SIDES, [24, 0], f"{_SIDES}[1]': got 0, expected at least 1 and at most 16384"),
        (_SIDES, [24, 24, 3], f"{_SIDES}': got [24, 24, 3], expected 2 items, got 3"),
        (_SIDES, [16385, 24], f"{_SIDES}[0]': got 16385, expected at least 1 and at most 16384"),
        ("preprocess.bias", [0.0] * 2, "field 'preprocess.bias': got [0.0, 0.0], expected 3 items"),
        ("labels.count", 0, "field 'labels.count': got 0, expected at least 1"),
        (
            "camera_input.rotation_degrees",
            90,
            "RGB with rotation_degrees 90 and filter bilinear_antialias, expected RGB",
        ),
        ("camera_input.color_order", "BGR", "all that a Core ML package offers"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(camera_json, field, value, message):
    with user_error(message):
        manifest.parse(changed(camera_json, {field: value}), "manifest m.json")


def test_readers_ask_for_camera_input(build):
    build.fuse("camera", *CAMERA)
    camera, plain = build.folder / "camera.json", build.folder / "plain.json"
    assert manifest.read_coreml(camera, camera=True) == manifest.read(camera)
    assert manifest.read_coreml(plain, camera=False) == manifest.read(plain)
    with user_error("camera.json: camera_input is set, expected a variant without camera input"):
        manifest.read_coreml(camera, camera=False)
    with user_error("plain.json: camera_input is null, expected a variant with camera input"):
        manifest.read_coreml(plain, camera=True)
