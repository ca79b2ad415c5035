import Foundation
import XCTest

@testable import ModelPressCore

/// Compares the scores of a package with camera input, as Python's evaluator computes them, with the separate steps in
/// this code: the app's placing of a photograph in the frame, the package's resize, and the choice of the best classes.
///
/// `bazel test //ios:swift_test` writes the manifests of the packages that it has run, the labels, and for each picture
/// NAME.json with its size and the answers, and NAME.rgba: the photograph, the frame, and what the network sees.
final class CameraInputTests: XCTestCase {
  private struct Answers: Decodable {
    let width: Int
    let height: Int
    /// Of the package that chooses.
    let scores: [Double]
    let indices: [Int]
    /// By class: of the finished package on what the network sees, and of the one that resizes and keeps its label.
    let plain: [Double]
    let labelled: [Double]
  }

  private func manifest(_ name: String) throws -> Manifest {
    try Manifest(data: try TestFiles.data("camera/\(name).manifest.json"))
  }

  private func pixels(_ name: String, _ sizes: [ModelFeatures.Size]) throws -> [[UInt8]] {
    var rest = [UInt8](try TestFiles.data("camera/\(name).rgba"))[...]
    let parts = sizes.map { size in
      let count = size.width * size.height * ImageResizer.channels
      defer { rest = rest.dropFirst(count) }
      return [UInt8](rest.prefix(count))
    }
    XCTAssertTrue(rest.isEmpty, name)
    return parts
  }

  func testAnswersAsTheSeparateStepsDo() throws {
    let (camera, labelled) = (try manifest("camera"), try manifest("labelled"))
    let text = String(decoding: try TestFiles.data("camera/labels.txt"), as: UTF8.self)
    let labels = try Labels(text: text)
    try labels.require(count: camera.labels.count)
    let frameInput = try XCTUnwrap(camera.cameraInput)
    XCTAssertEqual([camera.topK, labelled.topK], [5, 0])
    XCTAssertNotNil(labelled.output.label)
    let asked = ModelFeatures.Size(width: camera.input.width, height: camera.input.height)
    let seen = ModelFeatures.Size(
      width: frameInput.modelInputSize[1], height: frameInput.modelInputSize[0])
    let names = try TestFiles.names(in: "camera").filter { $0.hasSuffix(".rgba") }
      .map { String($0.dropLast(5)) }
    XCTAssertEqual(names, ["8x8_blue", "8x8_noise", "8x8_red", "every_value", "landscape"])
    var best = Set<String>()
    for name in names {
      let answers = try decodeChecked(Answers.self, from: TestFiles.data("camera/\(name).json"))
      let size = ModelFeatures.Size(width: answers.width, height: answers.height)
      let steps = try pixels(name, [size, asked, seen])

      let frame = camera.handedOver(steps[0], of: size)
      XCTAssertTrue(frame == steps[1], name)
      XCTAssertTrue(frameInput.fit.resized(frame, from: asked, to: seen) == steps[2], name)
      if name == "every_value" {
        // Of the asked size.
        XCTAssertTrue(frame == steps[0])
      }
      if name == "landscape" {
        // Its square is as large as the frame's: the plain variant's pixels, to the byte.
        let plain = camera.preprocess.resize.fit.resized(steps[0], from: size, to: seen)
        XCTAssertTrue(plain == steps[2])
      }

      let chosen = try TopLabels.chosen(
        scores: answers.scores, indices: answers.indices, labels: labels.names,
        topK: camera.topK, count: 5)
      for scores in [answers.plain, answers.labelled] {
        let probabilities = Dictionary(uniqueKeysWithValues: zip(labels.names, scores))
        XCTAssertEqual(chosen, TopLabels.of(probabilities, labels: labels.names, count: 5), name)
      }
      best.insert(chosen[0].label)
    }
    XCTAssertGreaterThan(best.count, 1, "one class is the best of all pictures")
  }
}
