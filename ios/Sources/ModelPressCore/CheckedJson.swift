import Foundation

/// Decodes JSON with snake_case keys that may be damaged.
///
/// Foundation's decoder ends the process at a key that is not UTF-8 (its `try!`), so the text is checked first.
///
/// - Throws: `ManifestError` if the data is not JSON in UTF-8; `DecodingError` if it is not of the type.
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

/// Decodes as `decodeChecked` does, with errors that name the field.
///
/// - Throws: `ManifestError` in both cases.
func decodeExplained<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
  do {
    return try decodeChecked(type, from: data)
  } catch let error as DecodingError {
    throw ManifestError(reason: explain(error))
  }
}

private func explain(_ error: DecodingError) -> String {
  switch error {
  case .keyNotFound(let key, let context):
    return "field \(pathInFile(context.codingPath + [key])) is missing"
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    return "field \(pathInFile(context.codingPath)) has the wrong type"
  case .dataCorrupted(let context):
    let field = pathInFile(context.codingPath)
    return field.isEmpty ? "it is not JSON" : "field \(field) has an unknown value"
  @unknown default:
    return "it cannot be read"
  }
}

/// Where in the file a `DecodingError` is, in the file's own keys: `input.shape[1]`, `camera_input.color_order`.
///
/// The error has the names of Swift's properties, which the decoder made from the keys.
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
