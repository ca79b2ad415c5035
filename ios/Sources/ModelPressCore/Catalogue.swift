import Foundation

/// variants.json: the variants in the app, in the order of the picker.
public struct Catalogue: Codable, Equatable, Sendable {
  /// Names of files in the app's bundle.
  public struct Entry: Codable, Equatable, Sendable, Identifiable {
    /// The package without its extension.
    public let package: String
    public let manifest: String
    public let labels: String

    public var id: String { package }
  }

  public let schemaVersion: Int
  public let variants: [Entry]

  public init(data: Data) throws {
    guard let read = try? decodeChecked(Catalogue.self, from: data),
      read.schemaVersion == 1, !read.variants.isEmpty
    else {
      throw ManifestError(
        reason: "lists no variant, or is of another schema than 1", file: "variants.json")
    }
    self = read
  }
}
