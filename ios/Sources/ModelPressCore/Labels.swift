/// Class names: UTF-8 text, one a line, in the order of the model's outputs.
public struct Labels: Equatable, Sendable {
  public let names: [String]

  /// Reads a labels file. Blank lines at the end are dropped; any other is an error.
  public init(text: String) throws {
    // Swift sees \r\n as one character, which is a newline.
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map(String.init)
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    if let blank = lines.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
      throw ManifestError(reason: "line \(blank + 1) is blank", file: "labels.txt")
    }
    names = lines
  }

  /// Throws unless there is one name per model output.
  public func require(count: Int) throws {
    guard names.count == count else {
      throw ManifestError(
        reason: "\(names.count) names, the manifest says \(count)", file: "labels.txt")
    }
  }
}
