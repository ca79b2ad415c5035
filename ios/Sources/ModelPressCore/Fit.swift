/// How a photograph becomes the model's size: cut to its aspect ratio first, or stretched.
public enum Fit: String, Codable, Sendable {
  case crop
  case stretch
}

/// A part of an image, in pixels from its top left.
public struct PixelBox: Equatable, Sendable {
  public let left: Int
  public let top: Int
  public let width: Int
  public let height: Int
}

extension Fit {
  /// The part of a width x height image that is resized to toWidth x toHeight.
  ///
  /// Crop takes the largest centred box of the target's aspect ratio, rounded down, as images.py does.
  public func box(width: Int, height: Int, toWidth: Int, toHeight: Int) -> PixelBox {
    precondition(width > 0 && height > 0 && toWidth > 0 && toHeight > 0, "sizes must be above 0")
    var boxWidth = width
    var boxHeight = height
    if self == .crop {
      if width * toHeight >= height * toWidth {
        boxWidth = max(1, height * toWidth / toHeight)
      } else {
        boxHeight = max(1, width * toHeight / toWidth)
      }
    }
    return PixelBox(
      left: (width - boxWidth) / 2, top: (height - boxHeight) / 2, width: boxWidth,
      height: boxHeight)
  }
}
