import CoreML
import Foundation

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

extension ComputeUnits {
  /// Core ML's name for it.
  var coreML: MLComputeUnits {
    switch self {
    case .all: return .all
    case .cpuAndNeuralEngine: return .cpuAndNeuralEngine
    case .cpuAndGPU: return .cpuAndGPU
    case .cpuOnly: return .cpuOnly
    }
  }
}

/// Finds a model in the bundle: compiled by Xcode or rules_apple, or a package that is compiled here once.
enum ModelFile {
  static func compiled(_ path: String, bundle: Bundle = .models) async throws -> URL {
    let package = path.hasSuffix(".mlpackage") ? String(path.dropLast(10)) : path
    if let url = bundle.url(forResource: package, withExtension: "mlmodelc") { return url }
    guard let source = bundle.url(forResource: package, withExtension: "mlpackage") else {
      throw ManifestError(reason: "the app has neither \(package).mlmodelc nor .mlpackage")
    }
    let folder = try FileManager.default.url(
      for: .cachesDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
    let kept = folder.appendingPathComponent("\(package).mlmodelc")
    if isNewer(kept, than: source) { return kept }
    let fresh = try await MLModel.compileModel(at: source)
    try? FileManager.default.removeItem(at: kept)
    try FileManager.default.moveItem(at: fresh, to: kept)
    return kept
  }

  private static func isNewer(_ file: URL, than other: URL) -> Bool {
    func date(_ url: URL) -> Date? {
      try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
    }
    guard let made = date(file), let changed = date(other) else { return false }
    return made >= changed
  }
}
