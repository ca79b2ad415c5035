import Foundation
import XCTest

@testable import ModelPressCore

/// Pillow's bytes, on the pictures that the Android app's resize is held to as well.
///
/// `bazel test //ios:swift_test` writes them: six little-endian numbers of four bytes (width, height, the result's width
/// and height, whether it is cropped, 0), then RGBA pixels before and after.
final class ResizeTests: XCTestCase {
  private func number(_ data: Data, _ index: Int) -> Int {
    data[4 * index..<4 * index + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  func testResizesLikePillow() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/resize")
    guard
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path), !names.isEmpty
    else {
      throw XCTSkip("only //ios:swift_test has these files")
    }
    XCTAssertGreaterThanOrEqual(names.count, 19)
    for name in names.sorted() {
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      let (width, height) = (number(data, 0), number(data, 1))
      let (toWidth, toHeight) = (number(data, 2), number(data, 3))
      let fit: Fit = number(data, 4) == 1 ? .crop : .stretch
      let box = fit.box(width: width, height: height, toWidth: toWidth, toHeight: toHeight)
      let pixels = [UInt8](data[24..<24 + width * height * ImageResizer.channels])
      let expected = [UInt8](data[(24 + width * height * ImageResizer.channels)...])
      var part: [UInt8] = []
      for row in box.top..<box.top + box.height {
        let start = (row * width + box.left) * ImageResizer.channels
        part += pixels[start..<start + box.width * ImageResizer.channels]
      }
      let found = ImageResizer.resize(
        part, width: box.width, height: box.height, toWidth: toWidth, toHeight: toHeight)
      XCTAssertEqual(found.count, expected.count, name)
      XCTAssertTrue(found == expected, name)
    }
  }

  func testEveryByteValuePasses() {
    for value in UInt8.min...UInt8.max {
      let pixels = [UInt8](repeating: value, count: 5 * 7 * ImageResizer.channels)
      let found = ImageResizer.resize(pixels, width: 5, height: 7, toWidth: 3, toHeight: 9)
      XCTAssertEqual(Set(found), [value])
    }
  }
}
