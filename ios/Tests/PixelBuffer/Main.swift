import CoreGraphics
import Foundation

// A transparent picture lies on white, as in every other client. `//ios:swift_test` builds this with PixelBuffer.swift
// itself and runs it.

/// Blue, green and red times alpha, and alpha; what each is on white.
let cases: [(pixel: [UInt8], onWhite: [UInt8])] = [
  ([0, 0, 0, 0], [255, 255, 255]),
  ([0, 0, 0, 128], [127, 127, 127]),
  ([0, 0, 128, 128], [127, 127, 255]),
  ([10, 20, 30, 255], [10, 20, 30]),
]

@main
struct PixelBufferTests {
  static func main() throws {
    let manifest = try Manifest(data: Data(contentsOf: URL(fileURLWithPath: "manifest.json")))
    let (width, height) = (manifest.input.width, manifest.input.height)
    // Of the model's size, and one that is cut and resized.
    for size in [(width, height), (3 * width, 2 * height)] {
      for (pixel, onWhite) in cases {
        let pixels = [[UInt8]](repeating: pixel, count: size.0 * size.1)
        let image = CGImage(width: size.0, height: size.1, pixels: pixels)
        let buffer = try PixelBuffer.of(image, for: manifest)
        let base = CVPixelBufferGetBaseAddress(buffer)!
        for y in 0..<height {
          for x in 0..<width {
            let start = base + y * CVPixelBufferGetBytesPerRow(buffer) + 4 * x
            let found = [UInt8](UnsafeRawBufferPointer(start: start, count: 3))
            guard found == onWhite else {
              print("FAILED: \(size), \(pixel): found \(found), expected \(onWhite)")
              exit(1)
            }
          }
        }
      }
    }
    print("PASSED")
  }
}
