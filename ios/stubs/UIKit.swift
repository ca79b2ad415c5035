@_exported import CoreGraphics

open class UIImage: NSObject, @unchecked Sendable {
  public enum Orientation: Int, Sendable {
    case up = 0, down, left, right, upMirrored, downMirrored, leftMirrored, rightMirrored
  }
  public init?(data: Data) {}
  open var cgImage: CGImage? { fatalError() }
  open var imageOrientation: Orientation { fatalError() }
  open var size: CGSize { fatalError() }
  open var scale: CGFloat { fatalError() }
  open func draw(in rect: CGRect) {}
}

open class UIGraphicsImageRendererContext: NSObject {}
open class UIGraphicsImageRendererFormat: NSObject {
  open class func `default`() -> UIGraphicsImageRendererFormat { fatalError() }
  open var scale: CGFloat = 1
}
open class UIGraphicsImageRenderer: NSObject {
  public init(size: CGSize, format: UIGraphicsImageRendererFormat) {}
  open func image(actions: (UIGraphicsImageRendererContext) -> Void) -> UIImage { fatalError() }
}

@MainActor open class UIDevice: NSObject {
  open class var current: UIDevice { fatalError() }
  open var systemName: String { fatalError() }
  open var systemVersion: String { fatalError() }
}
