// What PixelBuffer needs of Core Graphics and Core Video, so that it runs on Linux: pictures are drawn over what is there.
@_exported import Foundation

public final class CGColorSpace {}
public func CGColorSpaceCreateDeviceRGB() -> CGColorSpace { CGColorSpace() }

public enum CGImageAlphaInfo: UInt32 { case noneSkipFirst = 6 }
public struct CGBitmapInfo {
  public let rawValue: UInt32
  public static let byteOrder32Little = CGBitmapInfo(rawValue: 2 << 12)
}
public enum CGInterpolationQuality { case none, high }

/// Pixels of four bytes: blue, green and red times alpha, and alpha.
public final class CGImage {
  public let width: Int
  public let height: Int
  let pixels: [[UInt8]]

  public init(width: Int, height: Int, pixels: [[UInt8]]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  public func cropping(to box: CGRect) -> CGImage? {
    let (left, top) = (Int(box.minX), Int(box.minY))
    let kept = (top..<top + Int(box.height)).flatMap { y in
      (left..<left + Int(box.width)).map { x in pixels[y * width + x] }
    }
    return CGImage(width: Int(box.width), height: Int(box.height), pixels: kept)
  }
}

public final class CGContext {
  public var interpolationQuality = CGInterpolationQuality.high
  private let rows: [UnsafeMutablePointer<UInt8>]
  private let width: Int
  private var color: [UInt8] = [0, 0, 0, 255]

  public init?(
    data: UnsafeMutableRawPointer?, width: Int, height: Int, bitsPerComponent: Int,
    bytesPerRow: Int, space: CGColorSpace, bitmapInfo: UInt32
  ) {
    guard let data, bitmapInfo == 6 | 2 << 12 else { return nil }
    rows = (0..<height).map { y in
      (data + y * bytesPerRow).assumingMemoryBound(to: UInt8.self)
    }
    self.width = width
  }

  public func draw(_ image: CGImage, in box: CGRect, byTiling: Bool = false) {
    precondition(image.width == Int(box.width) && image.height == Int(box.height))
    paint { x, y in image.pixels[y * image.width + x] }
  }

  public func setFillColor(red: CGFloat, green: CGFloat, blue: CGFloat, alpha: CGFloat) {
    color = [blue, green, red, alpha].map { UInt8(($0 * 255).rounded()) }
  }

  public func fill(_ box: CGRect) { paint { _, _ in color } }

  private func paint(_ pixel: (Int, Int) -> [UInt8]) {
    for (y, row) in rows.enumerated() {
      for x in 0..<width {
        let over = pixel(x, y)
        for channel in 0..<3 {
          let under = Int(row[4 * x + channel]) * (255 - Int(over[3]))
          row[4 * x + channel] = over[channel] + UInt8((under + 127) / 255)
        }
      }
    }
  }
}

public typealias CVReturn = Int32
public typealias OSType = UInt32
public let kCFAllocatorDefault: Int? = nil
public let kCVReturnSuccess: CVReturn = 0
public let kCVPixelFormatType_32BGRA: OSType = 0x4247_5241
public enum CVLock { case readOnly, none }
extension CVLock: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: CVLock...) { self = elements.first ?? .none }
}

public final class CVPixelBuffer {
  let width: Int
  let row: Int
  let memory: UnsafeMutableRawPointer

  init(width: Int, height: Int) {
    self.width = width
    row = 4 * width + 16
    memory = .allocate(byteCount: row * height, alignment: 16)
    // Whatever was there before.
    memory.initializeMemory(as: UInt8.self, repeating: 0x55, count: row * height)
  }
}

public func CVPixelBufferCreate(
  _ allocator: Int?, _ width: Int, _ height: Int, _ format: OSType, _ attributes: Int?,
  _ buffer: inout CVPixelBuffer?
) -> CVReturn {
  buffer = CVPixelBuffer(width: width, height: height)
  return kCVReturnSuccess
}
public func CVPixelBufferLockBaseAddress(_ buffer: CVPixelBuffer, _ lock: CVLock) {}
public func CVPixelBufferUnlockBaseAddress(_ buffer: CVPixelBuffer, _ lock: CVLock) {}
public func CVPixelBufferGetBaseAddress(_ buffer: CVPixelBuffer) -> UnsafeMutableRawPointer? {
  buffer.memory
}
public func CVPixelBufferGetBytesPerRow(_ buffer: CVPixelBuffer) -> Int { buffer.row }
