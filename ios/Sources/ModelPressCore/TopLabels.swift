/// A label with its probability.
public struct LabelScore: Equatable, Sendable, Identifiable {
  public let label: String
  public let score: Double

  public init(label: String, score: Double) {
    self.label = label
    self.score = score
  }

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
}
