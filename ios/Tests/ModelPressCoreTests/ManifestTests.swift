import XCTest

@testable import ModelPressCore

final class ManifestTests: XCTestCase {
  static let text = """
    {"schema_version": 1, "name": "digits_coreml_fp16",
     "model": {"file": "digits_coreml_fp16.mlpackage", "format": "mlpackage", "sha256": "ab", "bytes": 1500,
               "specification_version": 7},
     "source": {"name": "digits", "sha256": "cd", "keras": "2", "parameters": 10, "trained": true},
     "recipe": {"schema_version": 1, "name": "fp16", "palette": null},
     "input": {"name": "image", "height": 80, "width": 64, "color_order": "RGB"},
     "features": {"label": "classLabel", "probabilities": "classLabel_probs"},
     "preprocess": {"resize": {"fit": "crop", "filter": "bilinear_antialias"}, "scale": 0.0078, "bias": [-1, -1, -1]},
     "labels": {"file": "digits.labels.txt", "count": 20, "sha256": "ef"}}
    """

  func testReadsWhatTheBuildWrites() throws {
    let manifest = try Manifest(data: Data(Self.text.utf8))
    XCTAssertEqual(manifest.name, "digits_coreml_fp16")
    XCTAssertEqual(manifest.recipe.name, "fp16")
    XCTAssertEqual(manifest.input, Manifest.Input(name: "image", height: 80, width: 64))
    XCTAssertEqual(manifest.features.probabilities, "classLabel_probs")
    XCTAssertEqual(manifest.preprocess.resize.fit, .crop)
    XCTAssertEqual(manifest.labels.count, 20)
    XCTAssertTrue(manifest.source.trained)
  }

  func testACompressionStandsInFrontOfTheRecipe() throws {
    XCTAssertEqual(try Manifest(data: Data(Self.text.utf8)).recipeName, "fp16")
    for (said, recipe) in [("null", "fp16"), ("{\"name\": \"pruned50\"}", "pruned50_fp16")] {
      let text = Self.text.replacingOccurrences(
        of: "\"trained\": true", with: "\"trained\": true, \"compression\": \(said)")
      XCTAssertEqual(try Manifest(data: Data(text.utf8)).recipeName, recipe)
    }
  }

  private func assertRefused(
    _ old: String, _ new: String, _ said: String, file: StaticString = #filePath,
    line: UInt = #line
  ) {
    let text = Self.text.replacingOccurrences(of: old, with: new)
    XCTAssertNotEqual(text, Self.text, "the test changes nothing", file: file, line: line)
    XCTAssertThrowsError(try Manifest(data: Data(text.utf8)), file: file, line: line) { error in
      XCTAssertEqual("\(error)", "manifest.json: \(said)", file: file, line: line)
    }
  }

  func testEachFaultIsNamed() {
    assertRefused(
      "\"schema_version\": 1, \"name\": \"d", "\"schema_version\": 2, \"name\": \"d",
      "schema_version is 2, this app reads 1")
    assertRefused(
      "\"format\": \"mlpackage\"", "\"format\": \"tflite\"",
      "model.format is tflite, this app reads mlpackage")
    assertRefused("\"height\": 80, ", "", "field input.height is missing")
    assertRefused("\"width\": 64", "\"width\": \"64\"", "field input.width has the wrong type")
    assertRefused("\"width\": 64", "\"width\": 0", "input size and labels.count must be above 0")
    assertRefused("\"width\": 64", "\"width\": 16385", "input size must be at most 16384")
    assertRefused(
      "\"width\": 64", "\"width\": 9223372036854775807", "input size must be at most 16384")
    assertRefused(
      "\"format\": \"mlpackage\"",
      "\"format\": \"a\\n\(String(repeating: "b", count: 99))\"",
      "model.format is a\(String(repeating: "b", count: 58)), this app reads mlpackage")
    assertRefused("\"crop\"", "\"letterbox\"", "field preprocess.resize.fit has an unknown value")
    assertRefused("{\"schema_version\": 1, \"name\": \"d", "[", "it is not JSON")
  }
}
