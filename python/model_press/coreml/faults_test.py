"""Seeded faults: each must turn a gate red, with a line that says what is wrong."""

import dataclasses

import numpy as np
import pytest
from testing import coreml_models, keras_models
from testing.manifests import manifest_of
from testing.raises import user_error

from model_press.coreml.evaluator import program
from model_press.formats import manifest, strict_json
from model_press.gates import accuracy, parity


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return coreml_models.source(tmp_path_factory.mktemp("faults"), keras_models.classifier("2"))


@pytest.fixture
def variant(one):
    return one.convert(coreml_models.recipe("fp32"), "faulty")


def _edit(variant: coreml_models.Variant, change) -> coreml_models.Variant:
    """Applies `change` to the package's specification; the manifest names the changed package."""
    spec = program.read_spec(variant.package)
    change(spec)
    (variant.package / program.SPEC).write_bytes(spec.SerializeToString(deterministic=True))
    return variant.signed()


def _floats(spec, op_type: str):
    """The constant that the first operation of a type takes as y."""
    function = spec.mlProgram.functions["main"]
    operations = function.block_specializations[function.opset].operations
    first = next(op for op in operations if op.type == op_type)
    name = first.inputs["y"].arguments[0].name
    made = next(op for op in operations if op.outputs and op.outputs[0].name == name)
    return made.attributes["val"].immediateValue.tensor.floats.values


def _gates(one, variant, tmp_path):
    """(parity, accuracy drop against Keras) of the scores as they are."""
    np.save(tmp_path / "scores.npy", variant.scores())
    np.save(tmp_path / "keras.npy", one.expected)
    np.save(tmp_path / "classes.npy", coreml_models.CLASSES.astype(np.int32))
    return (
        parity.check(tmp_path / "scores.npy", variant.manifest, tmp_path / "keras.npy"),
        accuracy.check(
            tmp_path / "scores.npy",
            variant.manifest,
            tmp_path / "keras.npy",
            None,
            tmp_path / "classes.npy",
            0.005,
        ),
    )


def test_sound_variant_is_green(one, variant, tmp_path):
    for result in _gates(one, variant, tmp_path):
        assert result.green, result.failure()


# shows: pain D44
def test_scale_of_1_127_is_named(variant):
    def change(spec):
        _floats(spec, "mul")[:] = [1 / 127]

    with user_error("turns pixel 128", "expected 0.00392157", "ImageType's scale and bias"):
        _edit(variant, change).scores()


# shows: pain D45
def test_missing_bias_is_named_and_is_a_parity_fault(one, variant, tmp_path):
    def change(spec):
        _floats(spec, "add")[:] = [0, 0, 0]

    faulty = _edit(variant, change)
    with user_error("turns pixel 0 of channel 0 into 0, expected -1"):
        faulty.scores()
    # Even with a manifest that goes along with it, outputs give it away.
    pre = dataclasses.replace(faulty.manifest.preprocess, bias=(0.0, 0.0, 0.0))
    agreeing = faulty.signed(preprocess=pre)
    # One step fewer is looked at then: the addition of zeros is the second.
    assert not _gates(one, agreeing, tmp_path)[0].green


def test_bgr_is_named_and_is_a_parity_and_accuracy_fault(one, variant, tmp_path):
    def change(spec):
        spec.description.input[0].type.imageType.colorSpace = 30

    faulty = _edit(variant, change)
    with user_error("24x24 BGR, its manifest says image 24x24 RGB"):
        faulty.scores()
    entry = dataclasses.replace(faulty.manifest.input, color_order="BGR")
    for result in _gates(one, faulty.signed(input=entry), tmp_path):
        assert not result.green


def test_swapped_labels_are_named(variant):
    def change(spec):
        function = spec.mlProgram.functions["main"]
        operations = function.block_specializations[function.opset].operations
        classes = operations[-1].inputs["classes"].arguments[0].value.immediateValue.list.values
        first, second = (classes[i].immediateValue.tensor.strings.values for i in (0, 1))
        first[0], second[0] = second[0], first[0]

    with user_error(
        "labels (colour 1, colour 0 ...) are not those of m.labels.txt, or in another order"
    ):
        _edit(variant, change).scores()


def _without_main(spec):
    functions = spec.mlProgram.functions
    functions["other"].CopyFrom(functions["main"])
    del functions["main"]


def _of_type_99(spec):
    spec.mlProgram.functions["main"].inputs[0].type.tensorType.dataType = 99


def _of_no_type(spec):
    function = spec.mlProgram.functions["main"]
    operation = function.block_specializations[function.opset].operations[0]
    operation.attributes["odd"].type.stateType.SetInParent()


@pytest.mark.parametrize(
    "change, said",
    [
        (
            _without_main,
            ["has no function `main`", "found other for CoreML", "convert_to='mlprogram'"],
        ),
        (_of_type_99, ["input image has element type 99, expected one of 1, 2, 10"]),
        (_of_no_type, ["operation ", "has a constant of stateType, expected a tensor or a list"]),
    ],
)
def test_damaged_program_is_named(variant, change, said):
    faulty = _edit(variant, change).package
    with user_error(*said):
        program.read(faulty, program.read_spec(faulty))


def test_package_without_its_weights_is_named(variant):
    (variant.package / program.WEIGHTS).unlink()
    with user_error("operation ", "has weights in a file", "weights/weight.bin in it"):
        program.read(variant.package, program.read_spec(variant.package))


def test_changed_package_is_not_the_manifests(variant):
    path = variant.package / program.WEIGHTS
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with user_error("is not the one its manifest names"):
        variant.scores()


def _loud(tmp_path):
    """A net whose first activation reaches 10^6, which batch normalisation then makes small again."""
    keras = keras_models.library("2")
    first = [
        keras.layers.Conv2D(8, 3, name="loud"),
        keras.layers.MaxPooling2D(2, name="between"),
        keras.layers.BatchNormalization(name="calm"),
    ]
    net = keras_models.classifier("2", first)
    kernel, bias = net.get_layer("loud").get_weights()
    net.get_layer("loud").set_weights([kernel * 1e6, bias])
    gamma, beta, mean, variance = net.get_layer("calm").get_weights()
    net.get_layer("calm").set_weights([gamma, beta, mean * 0, np.full_like(variance, 1e12)])
    return coreml_models.source(tmp_path, net)


def test_float16_overflow_names_the_operation(tmp_path):
    loud = _loud(tmp_path)
    assert np.abs(loud.convert(coreml_models.recipe("fp32")).scores() - loud.expected).max() < 1e-3
    with user_error("loud", "overflows float16", "beyond 65504"):
        loud.convert(coreml_models.recipe("fp16"))


def test_weights_that_are_not_finite_are_refused(tmp_path):
    net = keras_models.classifier("2")
    kernel = net.layers[-1].get_weights()
    kernel[1][0] = np.nan
    net.layers[-1].set_weights(kernel)
    one = coreml_models.source(tmp_path, net, fit=False)
    with user_error("outputs for a black image are not finite"):
        one.convert(coreml_models.recipe("fp32"))


def test_manifest_of_tflite_is_refused_as_one_of_core_ml(variant, tmp_path):
    data = strict_json.to_json(variant.manifest)
    data["format"] = "tflite"
    with user_error("unknown field"):
        manifest.parse(data, "manifest m.json")
    path = tmp_path / "m.json"
    manifest.write(path, manifest_of())
    with user_error("m.json: format is 'tflite', expected 'mlpackage'"):
        manifest.read_coreml(path)
