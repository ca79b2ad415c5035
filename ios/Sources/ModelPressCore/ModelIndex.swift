import Foundation

/// index.json: the models in the app, in the order of the picker. schemas/bundle_index.schema.json describes the file.
public struct ModelIndex: Codable, Equatable, Sendable {
  /// Files of a variant, by paths relative to the index.
  public struct Entry: Codable, Equatable, Sendable, Identifiable {
    public let name: String
    /// Folder of the .mlpackage.
    public let model: String
    public let manifest: String
    public let labels: String

    public var id: String { name }
  }

  static let schemaVersion = 2

  public let schemaVersion: Int
  /// The variant that runs unless another one is chosen.
  public let defaultName: String
  public let variants: [Entry]

  private enum CodingKeys: String, CodingKey {
    case schemaVersion
    case defaultName = "default"
    case variants
  }

  /// Reads index.json.
  ///
  /// - Throws: `ManifestError` that names what is missing or wrong.
  public init(data: Data) throws {
    self = try ManifestError.naming("index.json") {
      let index = try decodeExplained(ModelIndex.self, from: data)
      if let problem = index.problem { throw ManifestError(reason: problem) }
      return index
    }
  }

  private var problem: String? {
    if schemaVersion != Self.schemaVersion {
      return "schema_version is \(schemaVersion), expected \(Self.schemaVersion); build the app "
        + "again"
    }
    if variants.isEmpty { return "variants is empty, expected at least one" }
    for entry in variants {
      let files = [
        ("model", entry.model), ("manifest", entry.manifest), ("labels", entry.labels),
      ]
      for (field, path) in files where !isRelative(path) {
        return
          "\(field) is \(ManifestError.quoted(path)), expected a relative path without . and .."
      }
    }
    let names = variants.map(\.name)
    if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
      return "variants has \(ManifestError.line(twice)) twice, expected another name for every "
        + "variant"
    }
    if !names.contains(defaultName) {
      return "default is \(ManifestError.quoted(defaultName)), expected the name of a variant"
    }
    return nil
  }

  private func isRelative(_ path: String) -> Bool {
    !path.contains("\\")
      && path.split(separator: "/", omittingEmptySubsequences: false)
        .allSatisfy { !["", ".", ".."].contains($0) }
  }
}
