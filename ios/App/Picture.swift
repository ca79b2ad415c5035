import CoreGraphics
import CoreVideo

/// An upright picture: to show it, and, of a camera's frame, as Core ML takes it.
///
/// Nobody writes to the buffer once the camera has filled it.
struct Picture: @unchecked Sendable {
  let image: CGImage
  var buffer: CVPixelBuffer?
}
