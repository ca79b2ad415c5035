import CoreML
import CoreVideo
import Foundation

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// One loaded variant. An actor, since a model is not to be run twice at a time.
actor Classifier {
  struct Answer: Sendable {
    let labels: [LabelScore]
    /// Of the prediction alone.
    let milliseconds: Double
  }

  let loadMilliseconds: Double

  private let variant: Variant
  private let model: MLModel

  init(variant: Variant, units: ComputeUnits) async throws {
    let url = try await ModelFile.compiled(variant.entry.model)
    let configuration = MLModelConfiguration()
    configuration.computeUnits = units.coreML
    let start = ContinuousClock.now
    model = try await MLModel.load(contentsOf: url, configuration: configuration)
    loadMilliseconds = (ContinuousClock.now - start).milliseconds
    self.variant = variant
    let features = ModelFeatures(model.modelDescription)
    try ManifestError.naming(variant.entry.manifest) { try variant.manifest.check(features) }
  }

  /// Classifies a picture of any size; one of the model's size is handed over as it is.
  ///
  /// - Parameter count: how many labels to return; at most as many as the model's built-in top-k returns.
  func classify(_ picture: Picture, count: Int) throws -> Answer {
    let buffer = try self.buffer(of: picture)
    let start = ContinuousClock.now
    let output = try predict(buffer)
    let milliseconds = (ContinuousClock.now - start).milliseconds
    return Answer(labels: try best(of: output, count: count), milliseconds: milliseconds)
  }

  /// Latencies of single predictions on a grey image: the first one, then `runs` after `warmUp` more.
  func latencies(warmUp: Int, runs: Int) throws -> (first: Double, steady: [Double]) {
    let buffer = try PixelBuffer.grey(
      width: variant.manifest.input.width, height: variant.manifest.input.height)
    var times: [Double] = []
    for _ in 0..<(1 + warmUp + runs) {
      let start = ContinuousClock.now
      _ = try predict(buffer)
      times.append((ContinuousClock.now - start).milliseconds)
    }
    return (times[0], Array(times.dropFirst(1 + warmUp)))
  }

  private func buffer(of picture: Picture) throws -> CVPixelBuffer {
    let input = variant.manifest.input
    if let given = picture.buffer,
      input.takes(width: CVPixelBufferGetWidth(given), height: CVPixelBufferGetHeight(given))
    {
      return given
    }
    return try PixelBuffer.of(picture.image, for: variant.manifest)
  }

  private func predict(_ buffer: CVPixelBuffer) throws -> MLFeatureProvider {
    let input = try MLDictionaryFeatureProvider(dictionary: [
      variant.manifest.input.name: MLFeatureValue(pixelBuffer: buffer)
    ])
    return try model.prediction(from: input)
  }

  private func best(of output: MLFeatureProvider, count: Int) throws -> [LabelScore] {
    let name = variant.manifest.output.name
    if let indices = variant.manifest.output.indices {
      return try TopLabels.chosen(
        scores: try array(name, of: output).map(\.doubleValue),
        indices: try array(indices, of: output).map(\.intValue), labels: variant.labels,
        topK: variant.manifest.topK, count: count)
    }
    guard let value = output.featureValue(for: name) else {
      throw ManifestError(reason: "the model gives no \(name)")
    }
    var probabilities: [String: Double] = [:]
    for (key, probability) in value.dictionaryValue {
      if let label = key as? String { probabilities[label] = probability.doubleValue }
    }
    return TopLabels.of(probabilities, labels: variant.labels, count: count)
  }

  private func array(_ name: String, of output: MLFeatureProvider) throws -> [NSNumber] {
    guard let array = output.featureValue(for: name)?.multiArrayValue else {
      throw ManifestError(reason: "the model gives no \(name)")
    }
    return (0..<array.count).map { array[$0] }
  }
}

extension ModelFeatures {
  /// What Core ML says of a model.
  init(_ description: MLModelDescription) {
    let images = description.inputDescriptionsByName.compactMapValues(\.imageConstraint)
    self.init(
      images: images.mapValues { Size(width: $0.pixelsWide, height: $0.pixelsHigh) },
      outputs: description.outputDescriptionsByName.mapValues { Kind($0.type) })
  }
}

extension ModelFeatures.Kind {
  init(_ type: MLFeatureType) {
    switch type {
    case .string: self = .label
    case .dictionary: self = .probabilities
    case .multiArray: self = .array
    default: self = .other
    }
  }
}

extension Duration {
  /// Milliseconds, with fractions.
  var milliseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
  }
}
