@_exported import CoreVideo

open class CIImage: NSObject {
  public init(cvPixelBuffer: CVPixelBuffer) {}
  public init(cgImage: CGImage) {}
  open var extent: CGRect { fatalError() }
}

open class CIContext: NSObject {
  public override init() {}
  open func createCGImage(_ image: CIImage, from fromRect: CGRect) -> CGImage? { fatalError() }
}
