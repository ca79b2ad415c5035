/// What a loaded model says of its inputs and outputs, as far as a manifest says the same.
public struct ModelFeatures: Equatable, Sendable {
  /// Side lengths of an image in pixels.
  public struct Size: Equatable, Sendable {
    public let width: Int
    public let height: Int

    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// What an output is.
  public enum Kind: String, Sendable {
    case label
    case probabilities
    case array
    case other
  }

  /// The images that it takes, by the input's name.
  public let images: [String: Size]
  public let outputs: [String: Kind]

  public init(images: [String: Size], outputs: [String: Kind]) {
    self.images = images
    self.outputs = outputs
  }
}

extension Manifest {
  /// Throws `ManifestError` unless a model takes and gives what this manifest says.
  public func check(_ model: ModelFeatures) throws {
    guard model.images.count == 1, let image = model.images[input.name],
      input.takes(width: image.width, height: image.height)
    else {
      let found = model.images.map { "\($0.key) \($0.value.width)x\($0.value.height)" }
      throw notAPair("input", found, ["\(input.name) \(input.width)x\(input.height)"])
    }
    guard model.outputs == outputs else {
      throw notAPair("output", described(model.outputs), described(outputs))
    }
  }

  private var outputs: [String: ModelFeatures.Kind] {
    var outputs: [String: ModelFeatures.Kind] = [:]
    outputs[output.name] = output.indices == nil ? .probabilities : .array
    if let indices = output.indices { outputs[indices] = .array }
    if let label = output.label { outputs[label] = .label }
    return outputs
  }

  private func described(_ outputs: [String: ModelFeatures.Kind]) -> [String] {
    outputs.map { "\($0.key) (\($0.value.rawValue))" }
  }

  private func notAPair(_ role: String, _ found: [String], _ said: [String]) -> ManifestError {
    func line(_ parts: [String]) -> String {
      ManifestError.line(parts.sorted().joined(separator: ", "))
    }
    return ManifestError(
      reason: "\(role) of the model is \(line(found)); the manifest says \(line(said)) (model and "
        + "manifest are not a pair)")
  }
}
