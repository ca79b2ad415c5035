import CoreGraphics
import CoreVideo

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// Pixel buffers of a model's size. Core ML scales and orders the pixels by what the package says.
enum PixelBuffer {
  /// An upright image, cropped and resized as the manifest says, with the same bytes as in the build; white where it is
  /// transparent, black where a package with camera input does not look.
  static func of(_ image: CGImage, for manifest: Manifest) throws -> CVPixelBuffer {
    let placement = manifest.placement(width: image.width, height: image.height)
    let (box, target) = (placement.part, placement.target)
    let rectangle = CGRect(x: box.left, y: box.top, width: box.width, height: box.height)
    guard let part = image.cropping(to: rectangle) else {
      throw ManifestError(reason: "the image cannot be cut to \(box.width)x\(box.height)")
    }
    // At its own size, so that Core Graphics' filter, which is another, has nothing to do.
    let drawn = try made(width: box.width, height: box.height) { context in
      let whole = CGRect(x: 0, y: 0, width: box.width, height: box.height)
      context.setFillColor(red: 1, green: 1, blue: 1, alpha: 1)
      context.fill(whole)
      context.interpolationQuality = .none
      context.draw(part, in: whole)
    }
    let (width, height) = (manifest.input.width, manifest.input.height)
    let isWhole = target.width == width && target.height == height
    if isWhole, manifest.input.takes(width: box.width, height: box.height) { return drawn }
    let resized = ImageResizer.resize(
      bytes(drawn, width: box.width, height: box.height), width: box.width, height: box.height,
      toWidth: target.width, toHeight: target.height)
    let buffer = try flat(0, width: width, height: height)
    fill(target, of: buffer, with: resized)
    return buffer
  }

  /// A middle grey.
  static func grey(width: Int, height: Int) throws -> CVPixelBuffer {
    try flat(0.5, width: width, height: height)
  }

  private static func flat(_ level: CGFloat, width: Int, height: Int) throws -> CVPixelBuffer {
    try made(width: width, height: height) { context in
      context.setFillColor(red: level, green: level, blue: level, alpha: 1)
      context.fill(CGRect(x: 0, y: 0, width: width, height: height))
    }
  }

  /// Its pixels without what pads the rows.
  private static func bytes(_ buffer: CVPixelBuffer, width: Int, height: Int) -> [UInt8] {
    CVPixelBufferLockBaseAddress(buffer, .readOnly)
    defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
    guard let base = CVPixelBufferGetBaseAddress(buffer) else { return [] }
    let row = width * ImageResizer.channels
    let stride = CVPixelBufferGetBytesPerRow(buffer)
    return (0..<height).flatMap { y in
      UnsafeRawBufferPointer(start: base + y * stride, count: row)
    }
  }

  private static func fill(_ box: PixelBox, of buffer: CVPixelBuffer, with pixels: [UInt8]) {
    CVPixelBufferLockBaseAddress(buffer, [])
    defer { CVPixelBufferUnlockBaseAddress(buffer, []) }
    guard let base = CVPixelBufferGetBaseAddress(buffer) else { return }
    let row = box.width * ImageResizer.channels
    let stride = CVPixelBufferGetBytesPerRow(buffer)
    let corner = base + box.top * stride + box.left * ImageResizer.channels
    pixels.withUnsafeBytes { source in
      for y in 0..<box.height {
        UnsafeMutableRawBufferPointer(start: corner + y * stride, count: row)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[y * row..<(y + 1) * row]))
      }
    }
  }

  private static func empty(width: Int, height: Int) throws -> CVPixelBuffer {
    var buffer: CVPixelBuffer?
    let status = CVPixelBufferCreate(
      kCFAllocatorDefault, width, height, kCVPixelFormatType_32BGRA, nil, &buffer)
    guard status == kCVReturnSuccess, let buffer else {
      throw ManifestError(reason: "no memory for a pixel buffer of \(width)x\(height)")
    }
    return buffer
  }

  private static func made(
    width: Int, height: Int, draw: (CGContext) -> Void
  ) throws -> CVPixelBuffer {
    let buffer = try empty(width: width, height: height)
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
