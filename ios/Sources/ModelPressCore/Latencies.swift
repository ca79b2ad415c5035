/// Steady latencies of single inferences, in milliseconds.
public struct Latencies: Equatable, Sendable {
  private let sorted: [Double]

  /// - Parameter milliseconds: one entry a run; at least one.
  public init(milliseconds: [Double]) {
    precondition(!milliseconds.isEmpty, "no run was measured")
    sorted = milliseconds.sorted()
  }

  public var count: Int { sorted.count }
  public var median: Double { quantile(0.5) }
  public var p90: Double { quantile(0.9) }
  /// Distance of the quartiles.
  public var interquartileRange: Double { quantile(0.75) - quantile(0.25) }

  /// Linear interpolation between the two nearest runs, as NumPy's default.
  public func quantile(_ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }
}
