import Foundation
import XCTest

@testable import ModelPressCore

/// What `bazel test //ios:swift_test` writes for these tests.
enum TestFiles {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func data(_ name: String) throws -> Data {
    guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
      throw XCTSkip("only //ios:swift_test has these files")
    }
    return data
  }

  /// Names of the files in a folder, sorted.
  static func names(in name: String) throws -> [String] {
    let path = folder.appendingPathComponent(name).path
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path), !names.isEmpty
    else {
      throw XCTSkip("only //ios:swift_test has these files")
    }
    return names.sorted()
  }
}

/// An example file of schemas/, which readers of every language accept or refuse.
struct SharedExample: Decodable {
  let file: String
  let kind: String
  /// Words that an error message must contain.
  let words: [String]
  let appsMayAccept: Bool

  private struct List: Decodable {
    let examples: [SharedExample]
  }

  var isValid: Bool { file.hasPrefix("valid/") }

  /// The examples of a kind of file, without the invalid ones that an app may accept.
  static func all(of kind: String) throws -> [SharedExample] {
    try decodeChecked(List.self, from: TestFiles.data("examples/index.json")).examples
      .filter { $0.kind == kind && !$0.appsMayAccept }
  }

  func data() throws -> Data { try TestFiles.data("examples/\(file)") }

  func assertNamed(_ message: String) {
    for word in words {
      XCTAssertTrue(message.contains(word), "\(file): \(message) does not contain \(word)")
    }
  }
}

extension Fit {
  /// Cuts and resizes pixels of four bytes, as the app does.
  func resized(
    _ pixels: [UInt8], from size: ModelFeatures.Size, to target: ModelFeatures.Size
  ) -> [UInt8] {
    let box = self.box(
      width: size.width, height: size.height, toWidth: target.width, toHeight: target.height)
    return ImageResizer.resize(
      box.cut(pixels, columns: size.width), width: box.width, height: box.height,
      toWidth: target.width, toHeight: target.height)
  }
}

extension PixelBox {
  fileprivate func cut(_ pixels: [UInt8], columns: Int) -> [UInt8] {
    (top..<top + height).flatMap { row -> ArraySlice<UInt8> in
      let start = (row * columns + left) * ImageResizer.channels
      return pixels[start..<start + width * ImageResizer.channels]
    }
  }
}

extension Manifest {
  /// A picture of pixels of four bytes as the app hands it over.
  func handedOver(_ pixels: [UInt8], of size: ModelFeatures.Size) -> [UInt8] {
    let placement = self.placement(width: size.width, height: size.height)
    let (part, target) = (placement.part, placement.target)
    let resized = ImageResizer.resize(
      part.cut(pixels, columns: size.width), width: part.width, height: part.height,
      toWidth: target.width, toHeight: target.height)
    let black: [UInt8] = [0, 0, 0, 255]
    var frame = (0..<input.width * input.height).flatMap { _ in black }
    let row = target.width * ImageResizer.channels
    for y in 0..<target.height {
      let start = ((target.top + y) * input.width + target.left) * ImageResizer.channels
      frame.replaceSubrange(start..<start + row, with: resized[y * row..<(y + 1) * row])
    }
    return frame
  }
}
