import Foundation

/// Decodes JSON with snake_case keys that may be damaged.
///
/// Foundation's decoder ends the process at a key that is no UTF-8 (its `try!`), so the text is checked first.
///
/// - Throws: `ManifestError` for what is no JSON in UTF-8; `DecodingError` for what is not of the type.
func decodeChecked<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
  guard String(data: data, encoding: .utf8) != nil,
    (try? JSONSerialization.jsonObject(with: data)) != nil
  else {
    throw ManifestError(reason: "it is not JSON")
  }
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(type, from: data)
}

/// Where in the file a `DecodingError` is, in the file's own keys: `network[1]`, `entry.color_order`.
///
/// The error has the names of Swift's properties, which the decoder has made of the keys.
func pathInFile(_ keys: [CodingKey]) -> String {
  keys.reduce(into: "") { path, key in
    if let index = key.intValue {
      path += "[\(index)]"
      return
    }
    if !path.isEmpty { path += "." }
    for letter in key.stringValue {
      path += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
  }
}
