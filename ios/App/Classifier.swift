import CoreGraphics
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
    let url = try await ModelFile.compiled(variant.entry.package)
    let configuration = MLModelConfiguration()
    configuration.computeUnits = units.coreML
    let start = ContinuousClock.now
    model = try await MLModel.load(contentsOf: url, configuration: configuration)
    loadMilliseconds = (ContinuousClock.now - start).milliseconds
    self.variant = variant
  }

  func classify(_ image: CGImage, count: Int) throws -> Answer {
    let buffer = try PixelBuffer.of(
      image, width: variant.manifest.input.width, height: variant.manifest.input.height,
      fit: variant.manifest.preprocess.resize.fit)
    let start = ContinuousClock.now
    let probabilities = try predict(buffer)
    let milliseconds = (ContinuousClock.now - start).milliseconds
    let labels = TopLabels.of(probabilities, labels: variant.labels, count: count)
    return Answer(labels: labels, milliseconds: milliseconds)
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

  private func predict(_ buffer: CVPixelBuffer) throws -> [String: Double] {
    let features = variant.manifest.features
    let input = try MLDictionaryFeatureProvider(dictionary: [
      variant.manifest.input.name: MLFeatureValue(pixelBuffer: buffer)
    ])
    let output = try model.prediction(from: input)
    guard let value = output.featureValue(for: features.probabilities) else {
      throw ManifestError(reason: "the model gives no \(features.probabilities)")
    }
    var result: [String: Double] = [:]
    for (key, probability) in value.dictionaryValue {
      if let label = key as? String { result[label] = probability.doubleValue }
    }
    return result
  }
}

extension Duration {
  /// Milliseconds, with fractions.
  var milliseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
  }
}
