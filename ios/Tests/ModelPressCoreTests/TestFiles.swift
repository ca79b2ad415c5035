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

extension Fit {
  /// Cuts and resizes pixels of four bytes, as the app does.
  func resized(
    _ pixels: [UInt8], from size: ModelFeatures.Size, to target: ModelFeatures.Size
  ) -> [UInt8] {
    let box = self.box(
      width: size.width, height: size.height, toWidth: target.width, toHeight: target.height)
    var part: [UInt8] = []
    for row in box.top..<box.top + box.height {
      let start = (row * size.width + box.left) * ImageResizer.channels
      part += pixels[start..<start + box.width * ImageResizer.channels]
    }
    return ImageResizer.resize(
      part, width: box.width, height: box.height, toWidth: target.width, toHeight: target.height)
  }
}
