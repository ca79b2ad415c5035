import Foundation

/// A Core ML variant's manifest.json, which model_press writes beside each .mlpackage.
///
/// schemas/manifest.schema.json describes the file.
public struct Manifest: Codable, Equatable, Sendable {
  static let schemaVersion = 3
  static let format = "mlpackage"

  /// The package: folder name, digest and bytes of its files.
  public struct Model: Codable, Equatable, Sendable {
    public let file: String
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

    /// Whether a picture has this size, so that it is handed over unchanged.
    public func takes(width: Int, height: Int) -> Bool {
      width == self.width && height == self.height
    }
  }

  /// Names of the model's outputs.
  public struct Output: Codable, Equatable, Sendable {
    /// The scores: a dictionary from label to probability, or with a built-in top-k an array, best first.
    public let name: String
    public let shape: [Int]
    /// The classes of the scores, as numbers; nil if every class has its score.
    public let indices: String?
    /// The best label; nil with a built-in top-k.
    public let label: String?
  }

  /// The frame of a package that crops and resizes it; it has the input's size.
  public struct CameraInput: Codable, Equatable, Sendable {
    public let height: Int
    public let width: Int
    public let colorOrder: String
    public let fit: Fit
    public let filter: String
    /// Degrees clockwise by which the package itself rotates a frame.
    public let rotationDegrees: Int
    /// Height and width that the package resizes the frame to.
    public let modelInputSize: [Int]
  }

  /// What the package does with its scores.
  public struct Postprocess: Codable, Equatable, Sendable {
    /// In their order: softmax, then topk or argmax; each may be left out.
    public let steps: [String]
    public let topK: Int
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

  /// Maximum side length of an input, in pixels; the product of two sides cannot overflow.
  static let maxSide = 16384
  /// The only filter that `ImageResizer` has.
  static let filter = "bilinear_antialias"

  public let schemaVersion: Int
  public let name: String
  public let format: String
  public let model: Model
  public let source: Source
  public let recipe: Recipe
  public let input: Input
  public let output: Output
  /// nil unless the package takes a camera's frame and resizes it itself.
  public let cameraInput: CameraInput?
  public let postprocess: Postprocess?
  public let preprocess: Preprocess
  public let labels: Labels

  /// What was done to the model, such as `pruned50_coreml_int8`: the compression's name before the recipe's.
  public var recipeName: String {
    (source.compression.map { $0.name + "_" } ?? "") + recipe.name
  }

  /// Name of the variant without that of its model, such as `coreml_int8`.
  public var variant: String {
    let model = source.name + "_"
    return name.hasPrefix(model) ? String(name.dropFirst(model.count)) : name
  }

  /// Number of classes returned by the package's built-in top-k, or 0 if it returns all scores.
  public var topK: Int { postprocess?.topK ?? 0 }

  /// Reads manifest.json.
  ///
  /// - Throws: `ManifestError` that names what is missing or wrong.
  public init(data: Data) throws {
    // Before the rest: another schema or format has other fields.
    try decodeExplained(Head.self, from: data).check()
    self = try decodeExplained(Manifest.self, from: data)
    try checkFiles()
    try checkInput()
    if let cameraInput { try check(cameraInput) }
    if let postprocess { try check(postprocess) }
    try checkOutput()
  }

  private struct Head: Decodable {
    let schemaVersion: Int
    let format: String?

    func check() throws {
      let expected = Manifest.schemaVersion
      try require(
        schemaVersion >= expected,
        "schema_version \(schemaVersion) was written by an older model_press, expected \(expected); "
          + "build the variant again")
      try require(
        schemaVersion == expected,
        "schema_version \(schemaVersion), expected \(expected); build the app again, from the "
          + "checkout of the variant")
      let found = format.map(ManifestError.line) ?? "missing"
      try require(
        format == Manifest.format, "format is \(found), expected \(Manifest.format)")
    }
  }

  private func checkFiles() throws {
    for (field, file) in [("model.file", model.file), ("labels.file", labels.file)] {
      try require(
        !["", ".", ".."].contains(file) && !file.contains { "/\\".contains($0) },
        "\(field) is \(ManifestError.quoted(file)), expected a name without a folder")
    }
    for (field, digest) in [("model.sha256", model.sha256), ("labels.sha256", labels.sha256)] {
      try require(
        digest.count == 64 && digest.allSatisfy { "0123456789abcdef".contains($0) },
        "\(field) is \(ManifestError.quoted(digest)), expected 64 hexadecimal digits")
    }
  }

  private func checkInput() throws {
    try checkSides("input.height and input.width", [input.height, input.width])
    try require(labels.count > 0, "labels.count is \(labels.count), expected at least 1")
    try checkFilter("preprocess.resize.filter", preprocess.resize.filter)
    let bias = preprocess.bias.count
    try require(bias == 3, "preprocess.bias has \(bias) numbers, expected 3")
  }

  private func checkSides(_ field: String, _ sides: [Int]) throws {
    try require(
      sides.count == 2 && sides.allSatisfy((1...Manifest.maxSide).contains),
      "\(field): got \(sides.prefix(4)), expected a height and a width of 1 to \(Manifest.maxSide)")
  }

  private func checkFilter(_ field: String, _ filter: String) throws {
    try require(
      filter == Manifest.filter,
      "\(field) is \(ManifestError.quoted(filter)), expected \(Manifest.filter)")
  }

  private func check(_ camera: CameraInput) throws {
    try require(
      input.takes(width: camera.width, height: camera.height),
      "input is \(input.width)x\(input.height), expected the size of camera_input, "
        + "\(camera.width)x\(camera.height)")
    try checkFilter("camera_input.filter", camera.filter)
    try require(
      camera.colorOrder == "RGB",
      "camera_input.color_order is \(ManifestError.quoted(camera.colorOrder)), expected RGB")
    try require(
      camera.rotationDegrees == 0,
      "camera_input.rotation_degrees is \(camera.rotationDegrees), expected 0: this app hands over "
        + "upright pixels")
    try checkSides("camera_input.model_input_size", camera.modelInputSize)
  }

  private func check(_ postprocess: Postprocess) throws {
    try require(
      cameraInput != nil, "postprocess is set, expected null as camera_input is null")
    let steps = postprocess.steps
    let last = steps.first == "softmax" ? Array(steps.dropFirst()) : steps
    let counts: ClosedRange<Int>
    switch last {
    case []: counts = 0...0
    case ["argmax"]: counts = 1...1
    case ["topk"]: counts = 1...labels.count
    default:
      let found = ManifestError.quoted(steps.prefix(4).joined(separator: ", "))
      throw ManifestError(
        reason: "postprocess.steps is \(found), expected softmax, then topk or argmax")
    }
    try require(
      counts.contains(postprocess.topK),
      "postprocess.top_k is \(postprocess.topK), expected \(counts.lowerBound) to "
        + "\(counts.upperBound) for the steps \"\(steps.joined(separator: ", "))\"")
  }

  private func checkOutput() throws {
    let expected = [1, topK > 0 ? topK : labels.count]
    try require(
      output.shape == expected, "output.shape is \(output.shape.prefix(4)), expected \(expected)")
    for (field, name, isExpected) in [
      ("indices", output.indices, topK > 0), ("label", output.label, topK == 0),
    ] {
      try require(
        (name != nil) == isExpected,
        "output.\(field) is \(name.map(ManifestError.line) ?? "null"), expected "
          + "\(isExpected ? "a name" : "null") with top_k \(topK)")
    }
  }
}

private func require(_ holds: Bool, _ reason: @autoclosure () -> String) throws {
  guard holds else { throw ManifestError(reason: reason()) }
}

/// A manifest that cannot be used, in one line.
public struct ManifestError: Error, Equatable, CustomStringConvertible {
  public let reason: String
  /// Name of the file that is wrong; an app has a manifest for each variant.
  public let file: String

  public init(reason: String, file: String = "manifest.json") {
    self.reason = reason
    self.file = file
  }

  public var description: String { "\(file): \(reason)" }

  /// Reads a file that has another name in the app: errors get that name.
  public static func naming<Value>(_ file: String, _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as ManifestError {
      throw ManifestError(reason: error.reason, file: file)
    }
  }

  /// The beginning of a text from a file, as one line.
  static func line(_ text: String) -> String {
    let breaks = CharacterSet.controlCharacters.union(.newlines)
    return String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(60).filter { !breaks.contains($0) }))
  }

  static func quoted(_ text: String) -> String { "\"\(line(text))\"" }
}
