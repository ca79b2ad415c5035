"""Writes the Swift class of a Core ML image classifier, as Xcode makes one from a model: typed, no strings in the app.

Xcode's own is named after the file and cannot be made off a Mac. Turn that off in Xcode
(COREML_CODEGEN_LANGUAGE = None) where both would have one name.
"""

import dataclasses
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
_PICKS = """\
    guard let scores = output.featureValue(for: "{first}")?.multiArrayValue,
      let indices = output.featureValue(for: "{second}")?.multiArrayValue
    else {{
      throw CocoaError(.coderValueNotFound)
    }}
    return Output(
      {first}: (0..<scores.count).map {{ scores[$0].doubleValue }},
      {second}: (0..<indices.count).map {{ indices[$0].intValue }})"""


@dataclasses.dataclass(frozen=True)
class _Answer:
    """The two outputs: their Swift types, default descriptions, and the code that reads them."""

    types: tuple[str, str]
    texts: tuple[str, str]
    code: str


_ANSWERS = {
    ("imageType", "stringType", "dictionaryType"): _Answer(
        ("String", "[String: Double]"), ("The most probable class", "Probability by class"), _LABEL
    ),
    ("imageType", "multiArrayType", "multiArrayType"): _Answer(
        ("[Double]", "[Int]"),
        ("Scores of the best classes", "Their numbers, best first"),
        _PICKS,
    ),
}


def write(package: str | os.PathLike[str], name: str) -> str:
    """Return the Swift source of class `name` for a .mlpackage folder.

    Raises:
      UserError: no image classifier, or a name (of the class or of a feature) that is not a Swift identifier.
    """
    spec = program.read_spec(package)
    description = spec.description
    features: list[Any] = [*description.input, *description.output]
    kinds = tuple(feature.type.WhichOneof("Type") for feature in features)
    answer = _ANSWERS.get(kinds)
    if answer is None:
        raise UserError(
            f"model {package} has features of type {', '.join(map(str, kinds))}; expected an image, and a label and a "
            "dictionary of probabilities, or arrays of the best classes' scores and numbers"
        )
    image, first, second = features
    file = os.path.basename(os.path.normpath(package))
    for text in (name, image.name, first.name, second.name):
        if not text.isidentifier() or not text.isascii() or keyword.iskeyword(text):
            raise UserError(f"'{text}' cannot be a name in Swift; use letters, digits and _")
    if not name[0].isupper():
        raise UserError(f"class name '{name}' must begin with a capital")
    return _TEMPLATE.format(
        file=file,
        description=_sentence(description.metadata.shortDescription, file),
        name=name,
        width=image.type.imageType.width,
        height=image.type.imageType.height,
        first=first.name,
        first_text=_sentence(first, answer.texts[0]),
        first_type=answer.types[0],
        second=second.name,
        second_text=_sentence(second, answer.texts[1]),
        second_type=answer.types[1],
        answer=answer.code.format(first=first.name, second=second.name),
        stem=file.removesuffix(".mlpackage"),
        image=image.name,
    )


def _sentence(source: Any, default: str) -> str:
    """Return one line of a description, which comes from a file, for a comment."""
    text = source if isinstance(source, str) else source.shortDescription
    return " ".join(text.split()) or default
