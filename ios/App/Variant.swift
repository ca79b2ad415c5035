import Foundation

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// A model in the app's bundle with its manifest and labels.
struct Variant: Identifiable, Equatable {
  let entry: ModelIndex.Entry
  let manifest: Manifest
  let labels: [String]

  var id: String { entry.name }

  /// The variants that index.json lists, the default one first.
  static func inBundle(_ bundle: Bundle = .models) throws -> [Variant] {
    let index = try ModelIndex(data: data("index.json", bundle))
    let first = index.variants.filter { $0.name == index.defaultName }
    let others = index.variants.filter { $0.name != index.defaultName }
    return try (first + others).map { entry in
      let manifest = try ManifestError.naming(entry.manifest) {
        try Manifest(data: data(entry.manifest, bundle))
      }
      let labels = try ManifestError.naming(entry.labels) {
        let text = String(decoding: try data(entry.labels, bundle), as: UTF8.self)
        let labels = try Labels(text: text)
        try labels.require(count: manifest.labels.count)
        return labels
      }
      return Variant(entry: entry, manifest: manifest, labels: labels.names)
    }
  }

  private static func data(_ name: String, _ bundle: Bundle) throws -> Data {
    guard let url = bundle.url(forResource: name, withExtension: nil) else {
      throw ManifestError(reason: "the app has no such file", file: name)
    }
    return try Data(contentsOf: url)
  }
}

extension Bundle {
  /// Where the models are: the app's own bundle, or the one that a Swift package's resources are put into.
  static let models: Bundle = {
    let inside = Bundle.main.paths(forResourcesOfType: "bundle", inDirectory: nil)
    let all = [Bundle.main] + inside.compactMap(Bundle.init(path:))
    return all.first { $0.url(forResource: "index", withExtension: "json") != nil } ?? .main
  }()
}
