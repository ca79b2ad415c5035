/// A label with its probability.
public struct LabelScore: Equatable, Sendable, Identifiable {
  public let label: String
  public let score: Double

  public var id: String { label }
}

/// The most probable labels.
public enum TopLabels {
  /// The `count` best, best first. Equal scores keep the order of `labels`, as every model_press program does.
  public static func of(
    _ probabilities: [String: Double], labels: [String], count: Int
  ) -> [LabelScore] {
    let ranked = labels.enumerated().map { index, label in
      (index: index, entry: LabelScore(label: label, score: probabilities[label] ?? 0))
    }
    let sorted = ranked.sorted { left, right in
      left.entry.score == right.entry.score
        ? left.index < right.index : left.entry.score > right.entry.score
    }
    return sorted.prefix(max(0, count)).map(\.entry)
  }

  /// The classes that a model's built-in top-k returned, best first, at most `count`.
  ///
  /// - Parameters:
  ///   - scores: of the chosen classes.
  ///   - indices: their numbers, in the labels' order.
  ///   - topK: their number by the manifest.
  /// - Throws: `ManifestError` if the model returned another number of classes, or one without a label.
  public static func chosen(
    scores: [Double], indices: [Int], labels: [String], topK: Int, count: Int
  ) throws -> [LabelScore] {
    guard scores.count == topK, indices.count == topK else {
      throw ManifestError(
        reason:
          "the model answers \(scores.count) scores of \(indices.count) classes; the manifest "
          + "says \(topK) (model and manifest are not a pair)")
    }
    return try zip(indices, scores).prefix(max(0, count)).map { index, score in
      guard labels.indices.contains(index) else {
        throw ManifestError(
          reason: "the model answers class \(index); expected 0 to \(labels.count - 1)")
      }
      return LabelScore(label: labels[index], score: score)
    }
  }
}
