/// Bilinear resize with antialiasing of pixels of four bytes, equal byte for byte to Pillow's
/// `Image.resize(BILINEAR)`, which is the filter that the manifest calls `bilinear_antialias`.
///
/// A triangle filter, as wide as the shrink factor, runs along the rows and then along the columns. Its weights are
/// fixed-point integers and each pass rounds to bytes, as images.py and the Android app's ImageResizer do.
public enum ImageResizer {
  /// Bytes of a pixel, in any order.
  public static let channels = 4

  /// - Parameters:
  ///   - pixels: height * width * 4 bytes, rows without padding.
  ///   - toWidth: columns of the result, at least 1.
  ///   - toHeight: rows of the result, at least 1.
  /// - Returns: toHeight * toWidth * 4 bytes.
  public static func resize(
    _ pixels: [UInt8], width: Int, height: Int, toWidth: Int, toHeight: Int
  ) -> [UInt8] {
    precondition(width > 0 && height > 0 && toWidth > 0 && toHeight > 0, "sizes must be above 0")
    precondition(pixels.count == width * height * channels, "the pixels are not of this size")
    let narrowed = weighed(
      pixels, Weights(from: width, to: toWidth), lines: height,
      step: channels, lineStep: width * channels, outStep: channels,
      outLineStep: toWidth * channels)
    return weighed(
      narrowed, Weights(from: height, to: toHeight), lines: toWidth,
      step: toWidth * channels, lineStep: channels, outStep: toWidth * channels,
      outLineStep: channels)
  }

  /// Weighs the pixels of each line; steps are bytes from one pixel of a line to the next, and between lines.
  private static func weighed(
    _ pixels: [UInt8], _ weights: Weights, lines: Int, step: Int, lineStep: Int, outStep: Int,
    outLineStep: Int
  ) -> [UInt8] {
    let size = weights.kernels.count
    if size == weights.size { return pixels }
    var out = [UInt8](repeating: 0, count: lines * size * channels)
    pixels.withUnsafeBufferPointer { source in
      for line in 0..<lines {
        for (index, kernel) in weights.kernels.enumerated() {
          let from = line * lineStep + weights.first[index] * step
          let to = line * outLineStep + index * outStep
          for channel in 0..<channels {
            var sum = Weights.half
            var position = from + channel
            for weight in kernel {
              sum += Int(source[position]) * weight
              position += step
            }
            out[to + channel] = UInt8(max(0, min(255, sum >> Weights.fractionBits)))
          }
        }
      }
    }
    return out
  }
}

/// For each output position, where its input span starts and the fixed-point weights of it.
private struct Weights {
  static let fractionBits = 22
  static let half = 1 << (fractionBits - 1)

  let size: Int
  private(set) var first: [Int] = []
  private(set) var kernels: [[Int]] = []

  init(from size: Int, to out: Int) {
    self.size = size
    let scale = Double(size) / Double(out)
    let support = max(scale, 1)
    for index in 0..<out {
      let center = (Double(index) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(size, Int(center + support + 0.5))
      first.append(start)
      kernels.append(Weights.triangle(start, end, center, 1 / support))
    }
  }

  /// Each operation in Pillow's order: a weight that differs in its last bit can flip a tie.
  private static func triangle(
    _ start: Int, _ end: Int, _ center: Double, _ inverseSupport: Double
  ) -> [Int] {
    let shares = (start..<end).map { place -> Double in
      let distance = (Double(place) - center + 0.5) * inverseSupport
      return max(0, 1 - abs(distance))
    }
    let total = shares.reduce(0, +)
    return shares.map { share in
      let weight = total != 0 ? share / total : share
      return Int(0.5 + weight * Double(1 << fractionBits))
    }
  }
}
