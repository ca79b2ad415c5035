import XCTest

@testable import ModelPressCore

final class LabelsTests: XCTestCase {
  func testBlankLinesAtTheEndAreDropped() throws {
    XCTAssertEqual(try Labels(text: "zero red\r\none blue\n\n \n").names, ["zero red", "one blue"])
  }

  func testBlankLineInBetweenIsNamed() {
    XCTAssertThrowsError(try Labels(text: "a\n\nb\n")) { error in
      XCTAssertEqual("\(error)", "labels.txt: line 2 is blank")
    }
  }

  func testOneNamePerOutput() throws {
    let labels = try Labels(text: "a\nb\n")
    XCTAssertNoThrow(try labels.require(count: 2))
    XCTAssertThrowsError(try labels.require(count: 3))
  }
}

final class TopLabelsTests: XCTestCase {
  private let labels = ["a", "b", "c", "d"]

  func testBestFirstAndTiesInTheLabelsOrder() {
    let scores = ["d": 0.4, "c": 0.2, "b": 0.2, "a": 0.2]
    let top = TopLabels.of(scores, labels: labels, count: 3)
    XCTAssertEqual(top.map(\.label), ["d", "a", "b"])
    XCTAssertEqual(top[0].score, 0.4)
  }

  func testCountIsBoundedByTheLabels() {
    XCTAssertEqual(TopLabels.of([:], labels: labels, count: 9).count, 4)
    XCTAssertEqual(TopLabels.of([:], labels: labels, count: -1).count, 0)
  }

  func testWhatTheModelHasChosenKeepsItsOrder() throws {
    func chosen(_ count: Int) throws -> [LabelScore] {
      try TopLabels.chosen(
        scores: [0.5, 0.25, 0.25], indices: [3, 2, 0], labels: labels, topK: 3, count: count)
    }
    XCTAssertEqual(try chosen(2).map(\.label), ["d", "c"])
    XCTAssertEqual(try chosen(20).map(\.score), [0.5, 0.25, 0.25])
    XCTAssertEqual(try chosen(-1), [])
  }

  func testAnotherCountAndNoClassAreRefused() {
    func assertRefused(_ scores: [Double], _ indices: [Int], _ said: String) {
      XCTAssertThrowsError(
        try TopLabels.chosen(
          scores: scores, indices: indices, labels: labels, topK: 2, count: 5)
      ) { error in
        XCTAssertEqual("\(error)", "manifest.json: the model answers \(said)")
      }
    }
    let pair = "the manifest says 2 (model and manifest are not a pair)"
    assertRefused([1], [0], "1 scores of 1 classes; \(pair)")
    assertRefused([1, 0], [0], "2 scores of 1 classes; \(pair)")
    assertRefused([1, 0], [0, 4], "class 4; expected 0 to 3")
    assertRefused([1, 0], [-1, 0], "class -1; expected 0 to 3")
  }
}

final class FitTests: XCTestCase {
  func testCropIsTheLargestCentredBoxRoundedDown() {
    let wide = Fit.crop.box(width: 401, height: 300, toWidth: 80, toHeight: 80)
    XCTAssertEqual(wide, PixelBox(left: 50, top: 0, width: 300, height: 300))
    let tall = Fit.crop.box(width: 100, height: 333, toWidth: 3, toHeight: 2)
    XCTAssertEqual(tall, PixelBox(left: 0, top: 133, width: 100, height: 66))
    let thin = Fit.crop.box(width: 1, height: 500, toWidth: 80, toHeight: 1)
    XCTAssertEqual(thin, PixelBox(left: 0, top: 249, width: 1, height: 1))
  }

  func testStretchTakesAll() {
    let box = Fit.stretch.box(width: 400, height: 300, toWidth: 80, toHeight: 80)
    XCTAssertEqual(box, PixelBox(left: 0, top: 0, width: 400, height: 300))
  }
}

final class LatenciesTests: XCTestCase {
  func testQuantilesInterpolateAsNumPys() {
    let latencies = Latencies(milliseconds: [4, 1, 3, 2])
    XCTAssertEqual(latencies.median, 2.5)
    XCTAssertEqual(latencies.p90, 3.7, accuracy: 1e-12)
    XCTAssertEqual(latencies.interquartileRange, 1.5, accuracy: 1e-12)
    XCTAssertEqual(Latencies(milliseconds: [7]).p90, 7)
  }
}

final class MetricsTests: XCTestCase {
  func testMetricsJsonIsWhatPythonReads() throws {
    let manifest = try ManifestTests.example()
    let record = Metrics.Record(
      manifest: manifest, zippedBytes: 1400, os: "iOS 17.5", computeUnits: .cpuAndNeuralEngine,
      loadMs: 12.5, firstMs: 3.5, latencies: Latencies(milliseconds: [1, 2, 3]), warmupRuns: 5,
      baseMemoryBytes: 100, peakMemoryBytes: 200)
    let machine = Metrics.Machine(model: "iPhone15,2", cores: 6, memoryBytes: 6_000, os: "iOS 17.5")
    let json = try Metrics(machine: machine, records: [record]).json()
    // Fixtures/metrics.json is read by Python's metrics.read in //ios:metrics_test.
    let fixture = TestFiles.folder.appendingPathComponent("metrics.json")
    let expected =
      try JSONSerialization.jsonObject(with: Data(contentsOf: fixture)) as? NSDictionary
    let found = try JSONSerialization.jsonObject(with: json) as? NSDictionary
    XCTAssertNotNil(found)
    XCTAssertEqual(found, expected)
  }
}
