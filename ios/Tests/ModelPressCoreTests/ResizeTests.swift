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
    let names = try TestFiles.names(in: "resize")
    XCTAssertGreaterThanOrEqual(names.count, 19)
    for name in names {
      let data = try TestFiles.data("resize/\(name)")
      let size = ModelFeatures.Size(width: number(data, 0), height: number(data, 1))
      let target = ModelFeatures.Size(width: number(data, 2), height: number(data, 3))
      let fit: Fit = number(data, 4) == 1 ? .crop : .stretch
      let end = 24 + size.width * size.height * ImageResizer.channels
      let expected = [UInt8](data[end...])
      let found = fit.resized([UInt8](data[24..<end]), from: size, to: target)
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
