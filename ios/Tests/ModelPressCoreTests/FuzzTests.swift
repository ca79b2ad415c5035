import Foundation
import XCTest

@testable import ModelPressCore

/// Damaged files, the same that Python's loaders are tried on: each is read, or refused in one line within ten seconds.
///
/// `bazel test //ios:swift_test` writes them (python/testing/fuzz/corpus.py): the good file, then the damaged ones,
/// each behind its length as four little-endian bytes.
final class FuzzTests: XCTestCase {
  private static let longestMessage = 1100
  private static let seconds = 10.0

  private func files(_ name: String) throws -> [Data] {
    let all = try TestFiles.data("fuzz/\(name).bin")
    var files: [Data] = []
    var start = 0
    while start < all.count {
      let length = all[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      files.append(Data(all[start + 4..<start + 4 + length]))
      start += 4 + length
    }
    return files
  }

  private func attack(_ name: String, _ load: (Data) throws -> Void) throws {
    let files = try files(name)
    try load(files[0])
    var refused = 0
    for (number, file) in files.dropFirst().enumerated() {
      let begun = Date()
      do {
        try load(file)
      } catch let error as ManifestError {
        refused += 1
        let message = error.description
        if message.contains(where: \.isNewline) || message.count > Self.longestMessage {
          XCTFail("\(name) \(number): \(message)")
        }
      } catch {
        XCTFail("\(name) \(number): \(error)")
      }
      XCTAssertLessThan(Date().timeIntervalSince(begun), Self.seconds, "\(name) \(number)")
    }
    XCTAssertGreaterThanOrEqual(files.count, 201)
    XCTAssertGreaterThanOrEqual(refused, files.count / 10, "the damage does not reach the loader")
  }

  func testManifests() throws {
    for kind in ["coreml_manifest", "camera_coreml_manifest"] {
      try attack(kind) { data in
        let manifest = try Manifest(data: data)
        // What the app computes of it next.
        let place = manifest.placement(width: 4032, height: 3024).target
        XCTAssertGreaterThan(min(place.width, place.height), 0)
        XCTAssertLessThanOrEqual(place.left + place.width, manifest.input.width)
        XCTAssertLessThanOrEqual(place.top + place.height, manifest.input.height)
        _ = (manifest.variant, manifest.recipeName, FrameSize(of: manifest.input))
        let count = manifest.topK
        if count > 1000 { return }
        let names = (0..<count).map { "\($0)" }
        _ = try TopLabels.chosen(
          scores: names.map { _ in 0 }, indices: Array(0..<count), labels: names,
          topK: count, count: 5)
        try? manifest.check(ModelFeatures(images: [:], outputs: [:]))
      }
    }
  }

  func testIndexes() throws {
    try attack("bundle_index") { _ = try ModelIndex(data: $0) }
  }

  func testLabels() throws {
    try attack("labels") { data in
      try Labels(text: String(decoding: data, as: UTF8.self)).require(count: 5)
    }
  }
}
