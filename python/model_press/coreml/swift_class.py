"""Writes the Swift class of a Core ML image classifier, as Xcode makes one from a model: typed, no strings in the app.

Xcode's own is named after the file and cannot be made off a Mac. Turn that off in Xcode
(COREML_CODEGEN_LANGUAGE = None) where both would have one name.
"""

import keyword
import os
from typing import Any

from model_press.coreml.evaluator import program
from model_press.errors import UserError

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
    /// {label_text}.
    public let {label}: String
    /// {probabilities_text}.
    public let {probabilities}: [String: Double]
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
    guard let label = output.featureValue(for: "{label}")?.stringValue,
      let scores = output.featureValue(for: "{probabilities}")?.dictionaryValue
    else {{
      throw CocoaError(.coderValueNotFound)
    }}
    var probabilities: [String: Double] = [:]
    for (key, value) in scores {{
      if let key = key as? String {{ probabilities[key] = value.doubleValue }}
    }}
    return Output({label}: label, {probabilities}: probabilities)
  }}
}}
"""


def write(package: str | os.PathLike[str], name: str) -> str:
    """The Swift source of class `name` for a .mlpackage folder.

    Raises:
      UserError: no image classifier, or a name (of the class or of a feature) that is no Swift identifier.
    """
    spec = program.read_spec(package)
    description = spec.description
    features: list[Any] = [*description.input, *description.output]
    kinds = [feature.type.WhichOneof("Type") for feature in features]
    if kinds != ["imageType", "stringType", "dictionaryType"]:
        raise UserError(
            f"model {package} has features of type {', '.join(kinds)}; expected an image, a label and a "
            "dictionary of probabilities"
        )
    image, label, probabilities = features
    file = os.path.basename(os.path.normpath(package))
    for text in (name, image.name, label.name, probabilities.name):
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
        label=label.name,
        label_text=_sentence(label, "The most probable class"),
        probabilities=probabilities.name,
        probabilities_text=_sentence(probabilities, "Probability by class"),
        stem=file.removesuffix(".mlpackage"),
        image=image.name,
    )


def _sentence(source: Any, default: str) -> str:
    """One line of a description, which comes from a file, for a comment."""
    text = source if isinstance(source, str) else source.shortDescription
    return " ".join(text.split()) or default
