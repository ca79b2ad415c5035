"""The generated Swift class takes its names and sizes from the package's specification."""

import pytest
from model_press.coreml.evaluator import program
from model_press.coreml.protos import model_pb2
from testing.raises import user_error

from ios.private import swift_class


@pytest.fixture
def package(tmp_path):
    def make(name="digits_coreml_fp16", **changes):
        spec = model_pb2().Model()
        spec.specificationVersion = 7
        spec.mlProgram.version = 1
        description = spec.description
        description.metadata.shortDescription = "digits,\nfp16"
        image = description.input.add(name=changes.get("image", "image"))
        image.type.imageType.width, image.type.imageType.height = 64, 80
        if changes.get("top_k"):
            for output in ("scores", "indices"):
                description.output.add(name=output).type.multiArrayType.SetInParent()
        else:
            description.output.add(name="classLabel").type.stringType.SetInParent()
            scores = description.output.add(name="classLabel_probs").type
            (scores.int64Type if changes.get("untyped") else scores.dictionaryType).SetInParent()
        path = tmp_path / f"{name}.mlpackage"
        (path / program.SPEC).parent.mkdir(parents=True)
        (path / program.SPEC).write_bytes(spec.SerializeToString())
        return path

    return make


def test_names_sizes_and_resource(package):
    name, text = swift_class.write(package())
    assert name == "DigitsCoremlFp16"
    for part in (
        "public final class DigitsCoremlFp16 {",
        "imageWidth = 64\n",
        "imageHeight = 80\n",
        'forResource: "digits_coreml_fp16", withExtension: "mlmodelc"',
        "func prediction(image: CVPixelBuffer) throws -> Output",
        'featureValue(for: "classLabel_probs")?.dictionaryValue',
        "public let classLabel: String",
        "/// digits, fp16\n",
    ):
        assert part in text, part
    assert "{{" not in text and "}}" not in text


def test_a_package_with_top_k_gives_arrays(package):
    _, text = swift_class.write(package(top_k=True))
    for part in (
        "public let scores: [Double]",
        "public let indices: [Int]",
        "/// Their numbers, best first.",
        'featureValue(for: "indices")?.multiArrayValue',
        "indices: (0..<indices.count).map { indices[$0].intValue })",
    ):
        assert part in text, part
    assert "dictionaryValue" not in text and "{{" not in text


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"name": "digits fp16"}, "'Digits fp16' cannot be a name in Swift"),
        ({"name": "8_digits"}, "'8Digits' cannot be a name in Swift"),
        ({"image": "image/0"}, "'image/0' cannot be a name in Swift"),
        ({"untyped": True}, "imageType, stringType, int64Type"),
    ],
)
def test_what_makes_no_class_is_named(package, changes, said):
    with user_error(said):
        swift_class.write(package(**changes))
