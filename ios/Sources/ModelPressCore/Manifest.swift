import Foundation

/// What a Core ML variant's manifest.json says, which model_press writes beside each .mlpackage.
public struct Manifest: Codable, Equatable, Sendable {
  /// The plain schema: a label, and a probability for each class.
  static let plainSchema = 1
  /// The schema of a package that crops, resizes and chooses the best classes itself.
  static let fusedSchema = 2

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

    /// Whether a picture is of this size, so that it is handed over as it is.
    public func takes(width: Int, height: Int) -> Bool {
      width == self.width && height == self.height
    }
  }

  /// The picture that a fused package crops and resizes itself: of the input's size.
  public struct Entry: Codable, Equatable, Sendable {
    public let height: Int
    public let width: Int
    public let colorOrder: String
    public let fit: Fit
    public let filter: String
    /// Degrees clockwise by which the package itself turns a picture upright.
    public let turn: Int
  }

  /// What a fused package does with its scores.
  public struct Answer: Codable, Equatable, Sendable {
    /// In their order: softmax, then topk or argmax; each may be left out.
    public let steps: [String]
    /// How many classes it chooses; 0 where every class has its score.
    public let count: Int
  }

  /// Names of the outputs of a package that chooses classes: their scores and their numbers, best first.
  public struct Picks: Codable, Equatable, Sendable {
    public let scores: String
    public let indices: String
  }

  /// Names of the model's outputs: the label, and the dictionary from label to probability.
  public struct Features: Codable, Equatable, Sendable {
    public let label: String
    public let probabilities: String
  }

  /// How a photograph of another size meets the input. Scale and bias are applied inside the package.
  public struct Preprocess: Codable, Equatable, Sendable {
    public struct Resize: Codable, Equatable, Sendable {
      public let fit: Fit
      public let filter: String
    }
    public let resize: Resize
    /// One number for each channel.
    public let bias: [Double]
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
  /// The one filter that `ImageResizer` has, and a fused package.
  static let filter = "bilinear_antialias"

  public let schemaVersion: Int
  public let name: String
  public let model: Model
  public let source: Source
  public let recipe: Recipe
  public let input: Input
  /// nil of a package that chooses classes, which has `picks`.
  public let features: Features?
  public let picks: Picks?
  /// nil of the plain schema, as are `network` and `answer`.
  public let entry: Entry?
  /// Height and width that a fused package resizes to.
  public let network: [Int]?
  public let answer: Answer?
  public let preprocess: Preprocess
  public let labels: Labels

  /// What was done to the model, such as `pruned50_int8`: the compression's name in front of the recipe's.
  public var recipeName: String {
    (source.compression.map { $0.name + "_" } ?? "") + recipe.name
  }

  /// Name of the variant without that of its model, such as `coreml_int8`.
  public var variant: String {
    let model = source.name + "_"
    return name.hasPrefix(model) ? String(name.dropFirst(model.count)) : name
  }

  /// How many classes the package itself chooses, with scores and numbers as outputs; 0 of one that scores every class.
  public var answerCount: Int { answer?.count ?? 0 }

  /// Reads manifest.json.
  ///
  /// - Throws: `ManifestError` that names what is missing or wrong.
  public init(data: Data) throws {
    do {
      // Before the rest: another schema has other fields.
      let version = try decodeChecked(Schema.self, from: data).schemaVersion
      guard version == Manifest.plainSchema || version == Manifest.fusedSchema else {
        throw ManifestError(
          reason: "schema_version \(version); this app reads versions \(Manifest.plainSchema) and "
            + "\(Manifest.fusedSchema), rebuild both from one checkout")
      }
      self = try decodeChecked(Manifest.self, from: data)
    } catch let error as DecodingError {
      throw ManifestError(reason: Manifest.explain(error))
    }
    try checkInput()
    if schemaVersion == Manifest.fusedSchema {
      try checkFused()
    } else {
      try checkPlain()
    }
  }

  private struct Schema: Decodable {
    let schemaVersion: Int
  }

  private func checkInput() throws {
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
    try checkFilter(preprocess.resize.filter)
    let channels = preprocess.bias.count
    guard channels == 3 else {
      throw ManifestError(
        reason: "preprocess.bias has \(channels) numbers, expected three, one a channel")
    }
  }

  private func checkFilter(_ filter: String) throws {
    guard filter == Manifest.filter else {
      let found = ManifestError.line(filter)
      throw ManifestError(
        reason: "resize filter \"\(found)\"; this app has \(Manifest.filter) only")
    }
  }

  private func checkPlain() throws {
    guard features != nil else { throw ManifestError(reason: "field features is missing") }
    let fused: [(String, Bool)] = [
      ("picks", picks != nil), ("entry", entry != nil), ("network", network != nil),
      ("answer", answer != nil),
    ]
    if let (field, _) = fused.first(where: { $0.1 }) {
      throw ManifestError(
        reason: "field \(field) is of schema_version \(Manifest.fusedSchema), the manifest is of "
          + "\(schemaVersion)")
    }
  }

  private func checkFused() throws {
    guard let entry, let network, let answer else {
      let field = entry == nil ? "entry" : network == nil ? "network" : "answer"
      throw ManifestError(reason: "field \(field) is missing")
    }
    try checkEntry(entry)
    let sides = 1...Manifest.longestSide
    guard network.count == 2, network.allSatisfy(sides.contains) else {
      throw ManifestError(
        reason: "network is \(network.prefix(4)), expected a height and a width of 1 to "
          + "\(Manifest.longestSide)")
    }
    try checkAnswer(answer)
  }

  private func checkEntry(_ entry: Entry) throws {
    guard input.takes(width: entry.width, height: entry.height) else {
      throw ManifestError(
        reason: "input is \(input.width)x\(input.height), expected that of the entry, "
          + "\(entry.width)x\(entry.height)")
    }
    try checkFilter(entry.filter)
    guard entry.colorOrder == "RGB" else {
      let order = ManifestError.line(entry.colorOrder)
      throw ManifestError(
        reason: "entry.color_order \"\(order)\"; this app hands over pictures, which are RGB")
    }
    guard entry.turn == 0 else {
      throw ManifestError(reason: "turn \(entry.turn); this app hands over upright pixels")
    }
  }

  private func checkAnswer(_ answer: Answer) throws {
    guard (0...labels.count).contains(answer.count) else {
      throw ManifestError(
        reason: "\(answer.count) answers of \(labels.count) labels; expected 0 to all")
    }
    let last = answer.steps.first == "softmax" ? Array(answer.steps.dropFirst()) : answer.steps
    let counts: ClosedRange<Int>
    switch last {
    case []: counts = 0...0
    case ["argmax"]: counts = 1...1
    case ["topk"]: counts = 1...labels.count
    default:
      let steps = ManifestError.line(answer.steps.prefix(4).joined(separator: ", "))
      throw ManifestError(
        reason:
          "answer.steps \"\(steps)\"; expected softmax, then topk or argmax, each once at most"
      )
    }
    guard counts.contains(answer.count) else {
      let steps = answer.steps.joined(separator: ", ")
      throw ManifestError(
        reason: "answer.count is \(answer.count), expected \(counts.lowerBound) to "
          + "\(counts.upperBound) for the steps \"\(steps)\"")
    }
    let picking = answer.count > 0
    guard (picks != nil) == picking, (features != nil) != picking else {
      throw ManifestError(
        reason: "found \(picks == nil ? "no picks" : "picks") and "
          + "\(features == nil ? "no features" : "features"), expected "
          + "\(picking ? "picks" : "features") alone by its answer")
    }
  }

  private static func explain(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "field \(pathInFile(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "field \(pathInFile(context.codingPath)) has the wrong type"
    case .dataCorrupted(let context):
      let field = pathInFile(context.codingPath)
      return field.isEmpty ? "it is not JSON" : "field \(field) has an unknown value"
    @unknown default:
      return "it cannot be read"
    }
  }
}

/// A manifest that cannot be used, in one line.
public struct ManifestError: Error, Equatable, CustomStringConvertible {
  public let reason: String
  /// Name of the file that says so; an app has a manifest for each variant.
  public let file: String

  public init(reason: String, file: String = "manifest.json") {
    self.reason = reason
    self.file = file
  }

  public var description: String { "\(file): \(reason)" }

  /// What reads a file that has another name in the app: its errors name it.
  public static func naming<Value>(_ file: String, _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as ManifestError {
      throw ManifestError(reason: error.reason, file: file)
    }
  }

  /// The beginning of what a file says, as one line.
  static func line(_ text: String) -> String {
    let breaks = CharacterSet.controlCharacters.union(.newlines)
    return String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(60).filter { !breaks.contains($0) }))
  }
}
