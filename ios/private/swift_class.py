"""Writes the typed Swift class of a Core ML image classifier, as Xcode generates one on a Mac.

Turn Xcode's off (COREML_CODEGEN_LANGUAGE = None) where both would have one name.
"""

import keyword
import os
from typing import Any

from model_press.coreml.evaluator import program
from model_press.formats.errors import UserError

_TEMPLATE = """\
// Made from {file} by model_press. Do not edit.

import CoreML
import CoreVideo
import Foundation

/// {description}
public final class {name} {{
  /// Side lengths of the image in pixels. Core ML itself scales and orders its colours.
  public static let imageWidth = {width}
  public static let imageHeight = {height}

  /// What the model says of an image.
  public struct Output {{
    /// {first_text}.
    public let {first}: {first_type}
    /// {second_text}.
    public let {second}: {second_type}
  }}

  public let model: MLModel

  /// Loads the model that lies compiled in a bundle.
  public convenience init(
    configuration: MLModelConfiguration = MLModelConfiguration(), bundle: Bundle = .main
  ) throws {{
    guard let url = bundle.url(forResource: "{stem}", withExtension: "mlmodelc") else {{
      throw CocoaError(.fileNoSuchFile)
    }}
    try self.init(contentsOf: url, configuration: configuration)
  }}

  /// Loads a compiled model.
  public init(
    contentsOf url: URL, configuration: MLModelConfiguration = MLModelConfiguration()
  ) throws {{
    model = try MLModel(contentsOf: url, configuration: configuration)
  }}

  /// Classifies an image of {width} x {height} pixels.
  public func prediction({image}: CVPixelBuffer) throws -> Output {{
    let input = try MLDictionaryFeatureProvider(dictionary: [
      "{image}": MLFeatureValue(pixelBuffer: {image})
    ])
    let output = try model.prediction(from: input)
{answer}
  }}
}}
"""
_LABEL = """\
    guard let label = output.featureValue(for: "{first}")?.stringValue,
      let scores = output.featureValue(for: "{second}")?.dictionaryValue
    else {{
      throw CocoaError(.coderValueNotFound)
    }}
    var probabilities: [String: Double] = [:]
    for (key, value) in scores {{
      if let key = key as? String {{ probabilities[key] = value.doubleValue }}
    }}
    return Output({first}: label, {second}: probabilities)"""
_TOP_K = """\
    guard let scores = output.featureValue(for: "{first}")?.multiArrayValue,
      let indices = output.featureValue(for: "{second}")?.multiArrayValue
    else {{
      throw CocoaError(.coderValueNotFound)
    }}
    return Output(
      {first}: (0..<scores.count).map {{ scores[$0].doubleValue }},
      {second}: (0..<indices.count).map {{ indices[$0].intValue }})"""


# By the types of the features: the outputs' Swift types and default descriptions, and the code that reads them.
_OUTPUTS = {
    ("imageType", "stringType", "dictionaryType"): (
        ("String", "The most probable class"),
        ("[String: Double]", "Probability by class"),
        _LABEL,
    ),
    ("imageType", "multiArrayType", "multiArrayType"): (
        ("[Double]", "Scores of the best classes"),
        ("[Int]", "Their numbers, best first"),
        _TOP_K,
    ),
}


def class_name(variant: str) -> str:
    """Return the class name, such as DigitsCoremlFp16 for digits_coreml_fp16."""
    return "".join(part.capitalize() for part in variant.split("_"))


def write(package: str | os.PathLike[str]) -> tuple[str, str]:
    """Return the name and the Swift source of the class for a .mlpackage folder.

    Raises:
      UserError: no image classifier, or a name (of the class or of a feature) that is not a Swift identifier.
    """
    description = program.read_spec(package).description
    features: list[Any] = [*description.input, *description.output]
    kinds = tuple(feature.type.WhichOneof("Type") for feature in features)
    if kinds not in _OUTPUTS:
        raise UserError(
            f"model {package} has features of type {', '.join(map(str, kinds))}; expected an image, and a label and a "
            "dictionary of probabilities, or arrays of the best classes' scores and numbers"
        )
    image, first, second = features
    (first_type, first_text), (second_type, second_text), code = _OUTPUTS[kinds]
    file = os.path.basename(os.path.normpath(package))
    stem = file.removesuffix(".mlpackage")
    name = class_name(stem)
    for text in (name, image.name, first.name, second.name):
        if not text.isidentifier() or not text.isascii() or keyword.iskeyword(text):
            raise UserError(f"'{text}' cannot be a name in Swift; use letters, digits and _")
    return name, _TEMPLATE.format(
        file=file,
        description=_line(description.metadata.shortDescription) or file,
        name=name,
        width=image.type.imageType.width,
        height=image.type.imageType.height,
        first=first.name,
        first_text=_line(first.shortDescription) or first_text,
        first_type=first_type,
        second=second.name,
        second_text=_line(second.shortDescription) or second_text,
        second_type=second_type,
        answer=code.format(first=first.name, second=second.name),
        stem=stem,
        image=image.name,
    )


def _line(text: str) -> str:
    """Return a description, which comes from a file, as one line for a comment."""
    return " ".join(text.split())
