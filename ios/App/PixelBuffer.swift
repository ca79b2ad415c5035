import CoreGraphics
import CoreVideo

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// Pixel buffers of a model's size. Core ML scales and orders the pixels by what the package says.
enum PixelBuffer {
  /// Draws an upright image, cut and resized as the manifest says.
  static func of(_ image: CGImage, width: Int, height: Int, fit: Fit) throws -> CVPixelBuffer {
    let box = fit.box(width: image.width, height: image.height, toWidth: width, toHeight: height)
    let rectangle = CGRect(x: box.left, y: box.top, width: box.width, height: box.height)
    guard let part = image.cropping(to: rectangle) else {
      throw ManifestError(reason: "the image cannot be cut to \(box.width)x\(box.height)")
    }
    return try made(width: width, height: height) { context in
      context.interpolationQuality = .high
      context.draw(part, in: CGRect(x: 0, y: 0, width: width, height: height))
    }
  }

  /// A middle grey.
  static func grey(width: Int, height: Int) throws -> CVPixelBuffer {
    try made(width: width, height: height) { context in
      context.setFillColor(red: 0.5, green: 0.5, blue: 0.5, alpha: 1)
      context.fill(CGRect(x: 0, y: 0, width: width, height: height))
    }
  }

  private static func made(
    width: Int, height: Int, draw: (CGContext) -> Void
  ) throws -> CVPixelBuffer {
    var buffer: CVPixelBuffer?
    let status = CVPixelBufferCreate(
      kCFAllocatorDefault, width, height, kCVPixelFormatType_32BGRA, nil, &buffer)
    guard status == kCVReturnSuccess, let buffer else {
      throw ManifestError(reason: "no memory for a pixel buffer of \(width)x\(height)")
    }
    CVPixelBufferLockBaseAddress(buffer, [])
    defer { CVPixelBufferUnlockBaseAddress(buffer, []) }
    let layout =
      CGImageAlphaInfo.noneSkipFirst.rawValue | CGBitmapInfo.byteOrder32Little.rawValue
    guard
      let context = CGContext(
        data: CVPixelBufferGetBaseAddress(buffer), width: width, height: height,
        bitsPerComponent: 8, bytesPerRow: CVPixelBufferGetBytesPerRow(buffer),
        space: CGColorSpaceCreateDeviceRGB(), bitmapInfo: layout)
    else {
      throw ManifestError(reason: "no drawing context of \(width)x\(height)")
    }
    draw(context)
    return buffer
  }
}
