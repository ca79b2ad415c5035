import AVFoundation
import CoreImage
import CoreVideo
import SwiftUI

#if canImport(ModelPressCore)
  import ModelPressCore
#endif

/// Frames of the back camera, upright, as fast as they are taken up.
@MainActor
final class Camera: ObservableObject {
  @Published private(set) var frame: Picture?
  @Published private(set) var running = false

  private let source = FrameSource()

  /// Starts; returns what is wrong, or nil.
  ///
  /// - Parameter size: of the frames; nil for the device's own choice.
  func start(size: FrameSize?) async -> String? {
    guard await AVCaptureDevice.requestAccess(for: .video) else {
      return "Allow the camera in Settings to use it here."
    }
    source.handler = { [weak self] picture in
      Task { @MainActor in
        guard let self, self.running else { return }
        self.frame = picture
      }
    }
    running = true
    if let problem = await source.start(size: size) {
      running = false
      return problem
    }
    return nil
  }

  /// Changes the size of the frames while it runs.
  func use(size: FrameSize?) {
    if running { source.use(size: size) }
  }

  func stop() {
    running = false
    frame = nil
    source.stop()
  }
}

/// The capture session on its own queue.
private final class FrameSource: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate,
  @unchecked Sendable
{
  /// Set before the session starts, read on the queue.
  var handler: ((Picture) -> Void)?

  private let session = AVCaptureSession()
  private let queue = DispatchQueue(label: "org.modelpress.camera")
  private let context = CIContext()
  private var configured = false

  func start(size: FrameSize?) async -> String? {
    await withCheckedContinuation { continuation in
      queue.async {
        let problem = self.configure()
        if problem == nil {
          self.choose(size)
          self.session.startRunning()
        }
        continuation.resume(returning: problem)
      }
    }
  }

  func use(size: FrameSize?) {
    queue.async { self.choose(size) }
  }

  func stop() {
    queue.async { self.session.stopRunning() }
  }

  /// A session that cannot film in this size goes on in its own; the app resizes then.
  private func choose(_ size: FrameSize?) {
    let preset = size?.preset ?? .high
    if session.canSetSessionPreset(preset) { session.sessionPreset = preset }
  }

  private func configure() -> String? {
    if configured { return nil }
    guard
      let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back),
      let input = try? AVCaptureDeviceInput(device: device), session.canAddInput(input)
    else {
      return "This device has no camera that can be used."
    }
    let output = AVCaptureVideoDataOutput()
    output.alwaysDiscardsLateVideoFrames = true
    output.videoSettings = [
      kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA
    ]
    output.setSampleBufferDelegate(self, queue: queue)
    guard session.canAddOutput(output) else { return "The camera gives no frames." }
    session.addInput(input)
    session.addOutput(output)
    output.connection(with: .video)?.videoOrientation = .portrait
    configured = true
    return nil
  }

  func captureOutput(
    _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer,
    from connection: AVCaptureConnection
  ) {
    guard let buffer = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
    let image = CIImage(cvPixelBuffer: buffer)
    guard let made = context.createCGImage(image, from: image.extent) else { return }
    handler?(Picture(image: made, buffer: buffer))
  }
}

extension FrameSize {
  /// AVFoundation's name for it, which counts the sides of a phone that lies.
  fileprivate var preset: AVCaptureSession.Preset {
    switch self {
    case .vga: return .vga640x480
    case .hd720: return .hd1280x720
    case .hd1080: return .hd1920x1080
    }
  }
}
