import Foundation

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// A model in the app's bundle with its manifest and labels.
struct Variant: Identifiable, Equatable {
  let entry: Catalogue.Entry
  let manifest: Manifest
  let labels: [String]

  var id: String { entry.package }

  /// The variants that variants.json lists.
  static func inBundle(_ bundle: Bundle = .models) throws -> [Variant] {
    let catalogue = try Catalogue(data: data("variants.json", bundle))
    return try catalogue.variants.map { entry in
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
    return all.first { $0.url(forResource: "variants", withExtension: "json") != nil } ?? .main
  }()
}
