import Foundation

/// What a Core ML variant's manifest.json says (schema 1, written by model_press beside each .mlpackage).
public struct Manifest: Codable, Equatable, Sendable {
  /// The package: folder name, digest and bytes of its files.
  public struct Model: Codable, Equatable, Sendable {
    public let file: String
    public let format: String
    public let sha256: String
    public let bytes: Int
  }

  public struct Recipe: Codable, Equatable, Sendable {
    public let name: String
  }

  /// The image that the model takes, in pixels.
  public struct Input: Codable, Equatable, Sendable {
    public let name: String
    public let height: Int
    public let width: Int
  }

  /// Names of the model's outputs: the label, and the dictionary from label to probability.
  public struct Features: Codable, Equatable, Sendable {
    public let label: String
    public let probabilities: String
  }

  /// How a photograph of another shape meets the input. Scale and bias are inside the package.
  public struct Preprocess: Codable, Equatable, Sendable {
    public struct Resize: Codable, Equatable, Sendable {
      public let fit: Fit
    }
    public let resize: Resize
  }

  public struct Labels: Codable, Equatable, Sendable {
    public let file: String
    public let count: Int
    public let sha256: String
  }

  /// What made the Keras model smaller before its conversion.
  public struct Compression: Codable, Equatable, Sendable {
    public let name: String
  }

  public struct Source: Codable, Equatable, Sendable {
    public let name: String
    public let trained: Bool
    public let compression: Compression?
  }

  /// Pixels along a side of the largest input; products of two such sides are no overflow.
  static let longestSide = 16384

  public let schemaVersion: Int
  public let name: String
  public let model: Model
  public let source: Source
  public let recipe: Recipe
  public let input: Input
  public let features: Features
  public let preprocess: Preprocess
  public let labels: Labels

  /// What was done to the model, such as `pruned50_int8`: the compression's name in front of the recipe's.
  public var recipeName: String {
    (source.compression.map { $0.name + "_" } ?? "") + recipe.name
  }

  /// Reads manifest.json.
  ///
  /// - Throws: `ManifestError` that names what is missing or wrong.
  public init(data: Data) throws {
    do {
      self = try decodeChecked(Manifest.self, from: data)
    } catch let error as DecodingError {
      throw ManifestError(reason: Manifest.explain(error))
    }
    guard schemaVersion == 1 else {
      throw ManifestError(reason: "schema_version is \(schemaVersion), this app reads 1")
    }
    guard model.format == "mlpackage" else {
      let format = ManifestError.line(model.format)
      throw ManifestError(reason: "model.format is \(format), this app reads mlpackage")
    }
    guard input.width > 0, input.height > 0, labels.count > 0 else {
      throw ManifestError(reason: "input size and labels.count must be above 0")
    }
    guard max(input.width, input.height) <= Manifest.longestSide else {
      throw ManifestError(reason: "input size must be at most \(Manifest.longestSide)")
    }
  }

  private static func explain(_ error: DecodingError) -> String {
    func path(_ keys: [CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
    switch error {
    case .keyNotFound(let key, let context):
      return "field \(path(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "field \(path(context.codingPath)) has the wrong type"
    case .dataCorrupted(let context):
      let field = path(context.codingPath)
      return field.isEmpty ? "it is not JSON" : "field \(field) has an unknown value"
    @unknown default:
      return "it cannot be read"
    }
  }
}

/// A manifest that cannot be used, in one line.
public struct ManifestError: Error, Equatable, CustomStringConvertible {
  public let reason: String

  public init(reason: String) { self.reason = reason }

  public var description: String { "manifest.json: \(reason)" }

  /// The beginning of what a file says, as one line.
  static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(60).filter { $0.value >= 0x20 }))
  }
}
