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
