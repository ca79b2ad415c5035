import Foundation
import XCTest

@testable import ModelPressCore

final class ManifestTests: XCTestCase {
  private static let plain = "mlpackage"
  private static let topK = "mlpackage_camera_top_k"

  /// A valid example of schemas/.
  static func example(_ name: String = plain) throws -> Manifest {
    try Manifest(data: TestFiles.data("examples/valid/manifest_\(name).json"))
  }

  /// The same with another value of a field; nil removes it.
  private func changed(_ name: String, _ path: String, _ value: Any?) throws -> Data {
    let data = try TestFiles.data("examples/valid/manifest_\(name).json")
    let json = try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let keys = path.split(separator: ".").map(String.init)
    return try JSONSerialization.data(withJSONObject: setting(value, at: keys[...], in: json))
  }

  private func setting(_ value: Any?, at path: ArraySlice<String>, in object: [String: Any])
    -> [String: Any]
  {
    guard let key = path.first else { return object }
    var result = object
    let inner = object[key] as? [String: Any] ?? [:]
    result[key] = path.count == 1 ? value : setting(value, at: path.dropFirst(), in: inner)
    return result
  }

  /// A field, its wrong value (nil removes it) and the reason of the error.
  private typealias Fault = (field: String, value: Any?, said: String)

  private func assertRefused(_ name: String, _ faults: [Fault]) throws {
    for fault in faults {
      let data = try changed(name, fault.field, fault.value)
      XCTAssertThrowsError(try Manifest(data: data), fault.said) { error in
        XCTAssertEqual("\(error)", "manifest.json: \(fault.said)")
      }
    }
  }

  func testReadsOrRefusesEverySharedExample() throws {
    var (read, refused) = (0, 0)
    for example in try SharedExample.all(of: "manifest") {
      let data = try example.data()
      if example.file.contains("mlpackage"), example.isValid {
        let manifest = try Manifest(data: data)
        XCTAssertTrue(manifest.name.hasPrefix("digits_"), example.file)
        XCTAssertEqual(manifest.labels.count, 20)
        read += 1
        continue
      }
      XCTAssertThrowsError(try Manifest(data: data), example.file) { error in
        // Models of another format are refused as such, whatever else is wrong with them.
        if example.file.contains("mlpackage") { example.assertNamed("\(error)") }
        XCTAssertFalse("\(error)".contains(where: \.isNewline))
      }
      refused += 1
    }
    XCTAssertEqual(read, 4)
    XCTAssertGreaterThan(refused, 30)
  }

  func testReadsWhatTheBuildWrites() throws {
    let manifest = try Self.example()
    XCTAssertEqual(manifest.name, "digits_coreml_int8")
    XCTAssertEqual(manifest.recipe.name, "coreml_int8")
    XCTAssertEqual(manifest.input, Manifest.Input(name: "image", height: 64, width: 64))
    XCTAssertEqual(manifest.output.name, "classLabel_probs")
    XCTAssertEqual(manifest.output.label, "classLabel")
    XCTAssertEqual(manifest.preprocess.resize.fit, .crop)
    XCTAssertEqual(manifest.labels.count, 20)
    XCTAssertTrue(manifest.source.trained)
    XCTAssertEqual(manifest.variant, "coreml_int8")
    XCTAssertEqual(manifest.topK, 0)
  }

  func testReadsCameraInput() throws {
    let manifest = try Self.example(Self.topK)
    XCTAssertEqual(manifest.variant, "coreml_int8_camera_top5")
    XCTAssertEqual(manifest.input, Manifest.Input(name: "image", height: 480, width: 640))
    XCTAssertEqual(manifest.topK, 5)
    XCTAssertEqual(manifest.output.name, "scores")
    XCTAssertEqual(manifest.output.indices, "indices")
    XCTAssertNil(manifest.output.label)
    XCTAssertEqual(manifest.cameraInput?.fit, .crop)
    XCTAssertEqual(manifest.cameraInput?.modelInputSize, [64, 64])
  }

  func testAPhotographIsPutWhereAPackageWithCameraInputLooks() throws {
    let whole = PixelBox(left: 0, top: 0, width: 640, height: 480)
    let camera = try Self.example(Self.topK)
    XCTAssertEqual(
      camera.placement(width: 480, height: 640),
      Placement(
        part: PixelBox(left: 0, top: 80, width: 480, height: 480),
        target: PixelBox(left: 80, top: 0, width: 480, height: 480)))
    XCTAssertEqual(
      camera.placement(width: 640, height: 480), Placement(part: whole, target: whole))
    let stretching = try Manifest(data: changed(Self.topK, "camera_input.fit", "stretch"))
    XCTAssertEqual(stretching.cameraInput?.fit, .stretch)
    XCTAssertEqual(
      stretching.placement(width: 480, height: 640),
      Placement(part: PixelBox(left: 0, top: 0, width: 480, height: 640), target: whole))
    let plain = try Manifest(data: changed(Self.plain, "input.height", 80))
    XCTAssertEqual(
      plain.placement(width: 640, height: 480),
      Placement(
        part: PixelBox(left: 128, top: 0, width: 384, height: 480),
        target: PixelBox(left: 0, top: 0, width: 64, height: 80)))
  }

  func testAPictureOfTheModelsSizeIsHandedOverUnchanged() throws {
    let input = try Self.example(Self.topK).input
    XCTAssertTrue(input.takes(width: 640, height: 480))
    XCTAssertFalse(input.takes(width: 480, height: 640))
    XCTAssertNil(FrameSize(of: input))
    for size in FrameSize.allCases {
      let same = Manifest.Input(name: "image", height: size.height, width: size.width)
      XCTAssertEqual(FrameSize(of: same), size)
    }
  }

  func testTheCompressionStandsBeforeTheRecipe() throws {
    XCTAssertEqual(try Self.example().recipeName, "coreml_int8")
    XCTAssertEqual(try Self.example("mlpackage_compressed").recipeName, "macs30_coreml_int8")
  }

  func testEachFaultIsNamed() throws {
    let long = String(repeating: "b", count: 99)
    let sides = "expected a height and a width of 1 to 16384"
    try assertRefused(
      Self.plain,
      [
        (
          "schema_version", 2,
          "schema_version 2 was written by an older model_press, expected 3; build the variant again"
        ),
        ("schema_version", nil, "field schema_version is missing"),
        ("format", "tflite", "format is tflite, expected mlpackage"),
        ("format", "a\n\(long)", "format is a\(long.prefix(58)), expected mlpackage"),
        ("input.height", nil, "field input.height is missing"),
        ("input.width", "64", "field input.width has the wrong type"),
        ("input.width", 0, "input.height and input.width: got [64, 0], \(sides)"),
        ("input.width", 16385, "input.height and input.width: got [64, 16385], \(sides)"),
        ("input.width", Int.max, "input.height and input.width: got [64, \(Int.max)], \(sides)"),
        ("preprocess.bias", [-1, "", -1] as [Any], "field preprocess.bias[1] has the wrong type"),
        ("preprocess.resize.fit", "letterbox", "field preprocess.resize.fit has an unknown value"),
        (
          "preprocess.resize.filter", "nearest\u{2028}",
          "preprocess.resize.filter is \"nearest\", expected bilinear_antialias"
        ),
      ])
    XCTAssertThrowsError(try Manifest(data: Data("[".utf8))) { error in
      XCTAssertEqual("\(error)", "manifest.json: it is not JSON")
    }
  }

  func testEachFaultOfCameraInputIsNamed() throws {
    let order = "camera_input.color_order"
    let sides: [Fault] = [[80], [80, 0], [80, 64, 3], [16385, 64]].map { size in
      let field = "camera_input.model_input_size"
      return (field, size, "\(field): got \(size), expected a height and a width of 1 to 16384")
    }
    let counts: [Fault] = [21, -1, 0].map { count in
      let said = "postprocess.top_k is \(count), expected 1 to 20 for the steps \"softmax, topk\""
      return ("postprocess.top_k", count, said)
    }
    let others: [Fault] = [
      (
        "camera_input.height", 482,
        "input is 640x480, expected the size of camera_input, 640x482"
      ),
      (order, "NV12", "camera_input.color_order is \"NV12\", expected RGB"),
      (order, nil, "field camera_input.color_order is missing"),
      (order, 1, "field camera_input.color_order has the wrong type"),
      (
        "camera_input.rotation_degrees", 90,
        "camera_input.rotation_degrees is 90, expected 0: this app hands over upright pixels"
      ),
      (
        "camera_input.filter", "nearest",
        "camera_input.filter is \"nearest\", expected bilinear_antialias"
      ),
      (
        "postprocess.steps", ["softmax", "argmax"],
        "postprocess.top_k is 5, expected 1 to 1 for the steps \"softmax, argmax\""
      ),
      (
        "postprocess.steps", ["topk", "softmax"],
        "postprocess.steps is \"topk, softmax\", expected softmax, then topk or argmax"
      ),
      ("postprocess.steps", nil, "field postprocess.steps is missing"),
      ("output.shape", [1, 4], "output.shape is [1, 4], expected [1, 5]"),
      ("output.label", "a", "output.label is a, expected null with top_k 5"),
    ]
    try assertRefused(Self.topK, sides + counts + others)
  }

  func testAnErrorNamesTheFileOfItsVariant() throws {
    let data = try changed(Self.topK, "labels.count", 0)
    XCTAssertThrowsError(
      try ManifestError.naming("d.manifest.json") { try Manifest(data: data) }
    ) { error in
      XCTAssertEqual("\(error)", "d.manifest.json: labels.count is 0, expected at least 1")
    }
    XCTAssertEqual(try ManifestError.naming("d.manifest.json") { 1 }, 1)
  }

  func testAModelThatIsNotTheManifestsIsRefused() throws {
    let (plain, camera) = (try Self.example(), try Self.example(Self.topK))
    let plainModel = ModelFeatures(
      images: ["image": ModelFeatures.Size(width: 64, height: 64)],
      outputs: ["classLabel": .label, "classLabel_probs": .probabilities])
    let cameraModel = ModelFeatures(
      images: ["image": ModelFeatures.Size(width: 640, height: 480)],
      outputs: ["scores": .array, "indices": .array])
    XCTAssertNoThrow(try plain.check(plainModel))
    XCTAssertNoThrow(try camera.check(cameraModel))
    let pair = "(model and manifest are not a pair)"
    XCTAssertThrowsError(try camera.check(plainModel)) { error in
      XCTAssertEqual(
        "\(error)",
        "manifest.json: input of the model is image 64x64; the manifest says image 640x480 \(pair)")
    }
    let mixed = ModelFeatures(images: cameraModel.images, outputs: plainModel.outputs)
    XCTAssertThrowsError(try camera.check(mixed)) { error in
      XCTAssertEqual(
        "\(error)",
        "manifest.json: output of the model is classLabel (label), classLabel_probs (probabilities); "
          + "the manifest says indices (array), scores (array) \(pair)")
    }
    XCTAssertThrowsError(try plain.check(ModelFeatures(images: [:], outputs: plainModel.outputs)))
  }
}

final class ModelIndexTests: XCTestCase {
  func testReadsOrRefusesEverySharedExample() throws {
    var refused = 0
    for example in try SharedExample.all(of: "bundle_index") {
      let data = try example.data()
      if example.isValid {
        let index = try ModelIndex(data: data)
        XCTAssertTrue(index.variants.map(\.name).contains(index.defaultName), example.file)
        continue
      }
      XCTAssertThrowsError(try ModelIndex(data: data), example.file) { error in
        XCTAssertTrue("\(error)".hasPrefix("index.json: "), "\(error)")
        example.assertNamed("\(error)")
      }
      refused += 1
    }
    XCTAssertGreaterThanOrEqual(refused, 6)
  }

  func testReadsEntriesInOrder() throws {
    let data = try TestFiles.data("examples/valid/bundle_index_android.json")
    let index = try ModelIndex(data: data)
    XCTAssertEqual(index.variants.map(\.name), ["digits_int8", "digits_fp32"])
    XCTAssertEqual(index.variants[1].labels, "digits_fp32/labels.txt")
    XCTAssertEqual(index.defaultName, "digits_int8")
  }
}
