@_exported import CoreVideo
@_exported import Dispatch

public final class CMSampleBuffer {}
public func CMSampleBufferGetImageBuffer(_ sbuf: CMSampleBuffer) -> CVImageBuffer? { fatalError() }

public struct AVMediaType: Hashable, Sendable {
  public static let video = AVMediaType()
}

open class AVCaptureDevice: NSObject {
  public struct DeviceType: Hashable, Sendable {
    public static let builtInWideAngleCamera = DeviceType()
  }
  public enum Position: Int, Sendable {
    case unspecified = 0, back = 1, front = 2
  }
  open class func `default`(_ deviceType: DeviceType, for mediaType: AVMediaType?, position: Position)
    -> AVCaptureDevice?
  { fatalError() }
  open class func requestAccess(for mediaType: AVMediaType) async -> Bool { fatalError() }
}

open class AVCaptureInput: NSObject {}
open class AVCaptureDeviceInput: AVCaptureInput {
  public init(device: AVCaptureDevice) throws {}
}

public enum AVCaptureVideoOrientation: Int, Sendable {
  case portrait = 1, portraitUpsideDown = 2, landscapeRight = 3, landscapeLeft = 4
}

open class AVCaptureConnection: NSObject {
  open var videoOrientation: AVCaptureVideoOrientation = .portrait
}

open class AVCaptureOutput: NSObject {
  open func connection(with mediaType: AVMediaType) -> AVCaptureConnection? { fatalError() }
}

public protocol AVCaptureVideoDataOutputSampleBufferDelegate: NSObjectProtocol {
  func captureOutput(
    _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection)
}
extension AVCaptureVideoDataOutputSampleBufferDelegate {
  public func captureOutput(
    _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
  ) {}
}

open class AVCaptureVideoDataOutput: AVCaptureOutput {
  public override init() {}
  open var alwaysDiscardsLateVideoFrames = true
  open var videoSettings: [String: Any]! = [:]
  open func setSampleBufferDelegate(
    _ sampleBufferDelegate: (any AVCaptureVideoDataOutputSampleBufferDelegate)?, queue: DispatchQueue?
  ) {}
}

open class AVCaptureSession: NSObject {
  public struct Preset: Hashable, Sendable {
    public static let high = Preset()
    public static let vga640x480 = Preset()
    public static let hd1280x720 = Preset()
    public static let hd1920x1080 = Preset()
  }
  public override init() {}
  open func canSetSessionPreset(_ preset: Preset) -> Bool { fatalError() }
  open var sessionPreset: Preset = .high
  open func canAddInput(_ input: AVCaptureInput) -> Bool { fatalError() }
  open func addInput(_ input: AVCaptureInput) {}
  open func canAddOutput(_ output: AVCaptureOutput) -> Bool { fatalError() }
  open func addOutput(_ output: AVCaptureOutput) {}
  open func startRunning() {}
  open func stopRunning() {}
}
