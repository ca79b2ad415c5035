import AVFoundation
import CoreGraphics
import CoreImage
import SwiftUI

/// Frames of the back camera, upright, as fast as they are taken up.
@MainActor
final class Camera: ObservableObject {
  @Published private(set) var frame: CGImage?
  @Published private(set) var running = false

  private let source = FrameSource()

  /// Starts; returns what is wrong, or nil.
  func start() async -> String? {
    guard await AVCaptureDevice.requestAccess(for: .video) else {
      return "Allow the camera in Settings to use it here."
    }
    source.handler = { [weak self] image in
      Task { @MainActor in
        guard let self, self.running else { return }
        self.frame = image
      }
    }
    running = true
    if let problem = await source.start() {
      running = false
      return problem
    }
    return nil
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
  var handler: ((CGImage) -> Void)?

  private let session = AVCaptureSession()
  private let queue = DispatchQueue(label: "org.modelpress.camera")
  private let context = CIContext()
  private var configured = false

  func start() async -> String? {
    await withCheckedContinuation { continuation in
      queue.async {
        let problem = self.configure()
        if problem == nil { self.session.startRunning() }
        continuation.resume(returning: problem)
      }
    }
  }

  func stop() {
    queue.async { self.session.stopRunning() }
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
    handler?(made)
  }
}
