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

  /// The same as a fused package that chooses three classes.
  static let fused =
    text
    .replacingOccurrences(
      of: "{\"schema_version\": 1, \"name\": \"digits_coreml_fp16\"",
      with: "{\"schema_version\": 2, \"name\": \"digits_coreml_camera\""
    )
    .replacingOccurrences(
      of: "\"height\": 80, \"width\": 64", with: "\"height\": 40, \"width\": 30"
    )
    .replacingOccurrences(
      of: "\"features\": {\"label\": \"classLabel\", \"probabilities\": \"classLabel_probs\"},",
      with: """
        "features": null, "picks": {"scores": "scores", "indices": "indices"},
        "entry": {"height": 40, "width": 30, "color_order": "RGB", "fit": "crop", "filter": "bilinear_antialias",
                  "turn": 0},
        "network": [80, 64], "answer": {"steps": ["topk"], "count": 3},
        """)

  func testReadsWhatTheBuildWrites() throws {
    let manifest = try Manifest(data: Data(Self.text.utf8))
    XCTAssertEqual(manifest.name, "digits_coreml_fp16")
    XCTAssertEqual(manifest.recipe.name, "fp16")
    XCTAssertEqual(manifest.input, Manifest.Input(name: "image", height: 80, width: 64))
    XCTAssertEqual(manifest.features?.probabilities, "classLabel_probs")
    XCTAssertEqual(manifest.preprocess.resize.fit, .crop)
    XCTAssertEqual(manifest.labels.count, 20)
    XCTAssertTrue(manifest.source.trained)
    XCTAssertEqual(manifest.variant, "coreml_fp16")
    XCTAssertEqual(manifest.answerCount, 0)
  }

  func testReadsAFusedPackages() throws {
    let manifest = try Manifest(data: Data(Self.fused.utf8))
    XCTAssertEqual(manifest.variant, "coreml_camera")
    XCTAssertEqual(manifest.input, Manifest.Input(name: "image", height: 40, width: 30))
    XCTAssertEqual(manifest.answerCount, 3)
    XCTAssertEqual(manifest.picks, Manifest.Picks(scores: "scores", indices: "indices"))
    XCTAssertNil(manifest.features)
    XCTAssertEqual(manifest.entry?.fit, .crop)
    XCTAssertEqual(manifest.network, [80, 64])
  }

  func testAPhotographIsPutWhereAFusedPackageLooks() throws {
    let camera = Self.fused
      .replacingOccurrences(
        of: "\"height\": 40, \"width\": 30", with: "\"height\": 640, \"width\": 480"
      )
      .replacingOccurrences(of: "[80, 64]", with: "[80, 80]")
    let whole = PixelBox(left: 0, top: 0, width: 480, height: 640)
    let fused = try Manifest(data: Data(camera.utf8))
    XCTAssertEqual(
      fused.placement(width: 640, height: 480),
      Placement(
        part: PixelBox(left: 80, top: 0, width: 480, height: 480),
        target: PixelBox(left: 0, top: 80, width: 480, height: 480)))
    XCTAssertEqual(
      fused.placement(width: 480, height: 640), Placement(part: whole, target: whole))
    let stretching = try Manifest(
      data: Data(
        camera.replacingOccurrences(
          of: "\"fit\": \"crop\", \"filter\": \"bilinear_antialias\",\n",
          with: "\"fit\": \"stretch\", \"filter\": \"bilinear_antialias\",\n"
        ).utf8))
    XCTAssertEqual(stretching.entry?.fit, .stretch)
    XCTAssertEqual(
      stretching.placement(width: 640, height: 480),
      Placement(part: PixelBox(left: 0, top: 0, width: 640, height: 480), target: whole))
    let plain = try Manifest(data: Data(Self.text.utf8))
    XCTAssertEqual(
      plain.placement(width: 640, height: 480),
      Placement(
        part: PixelBox(left: 128, top: 0, width: 384, height: 480),
        target: PixelBox(left: 0, top: 0, width: 64, height: 80)))
  }

  func testAPictureOfTheModelsSizeIsHandedOverAsItIs() throws {
    let input = try Manifest(data: Data(Self.fused.utf8)).input
    XCTAssertTrue(input.takes(width: 30, height: 40))
    XCTAssertFalse(input.takes(width: 40, height: 30))
    XCTAssertNil(FrameSize(of: input))
    for size in FrameSize.allCases {
      let same = Manifest.Input(name: "image", height: size.height, width: size.width)
      XCTAssertEqual(FrameSize(of: same), size)
    }
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
    _ old: String, _ new: String, _ said: String, in good: String = ManifestTests.text,
    file: StaticString = #filePath, line: UInt = #line
  ) {
    let text = good.replacingOccurrences(of: old, with: new)
    XCTAssertNotEqual(text, good, "the test changes nothing", file: file, line: line)
    XCTAssertThrowsError(try Manifest(data: Data(text.utf8)), file: file, line: line) { error in
      XCTAssertEqual("\(error)", "manifest.json: \(said)", file: file, line: line)
    }
  }

  func testEachFaultIsNamed() {
    assertRefused(
      "\"schema_version\": 1, \"name\": \"d", "\"schema_version\": 3, \"nam\": \"d",
      "schema_version 3; this app reads versions 1 and 2, rebuild both from one checkout")
    assertRefused(
      "\"format\": \"mlpackage\"", "\"format\": \"tflite\"",
      "model.format is tflite, this app reads mlpackage")
    assertRefused(
      "\"schema_version\": 1, \"name\": \"d", "\"name\": \"d", "field schema_version is missing")
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
    assertRefused(
      "[-1, -1, -1]", "[-1, -1]",
      "preprocess.bias has 2 numbers, expected three, one a channel")
    assertRefused(
      "[-1, -1, -1]", "[-1, \"\", -1]", "field preprocess.bias[1] has the wrong type")
    assertRefused("\"crop\"", "\"letterbox\"", "field preprocess.resize.fit has an unknown value")
    assertRefused("{\"schema_version\": 1, \"name\": \"d", "[", "it is not JSON")
    assertRefused("\"features\"", "\"feature\"", "field features is missing")
    assertRefused(
      "\"labels\": {", "\"picks\": {\"scores\": \"s\", \"indices\": \"i\"}, \"labels\": {",
      "field picks is of schema_version 2, the manifest is of 1")
    assertRefused(
      "bilinear_antialias", "nearest\u{2028}",
      "resize filter \"nearest\"; this app has bilinear_antialias only")
  }

  private func assertFusedRefused(
    _ old: String, _ new: String, _ said: String, file: StaticString = #filePath,
    line: UInt = #line
  ) {
    assertRefused(old, new, said, in: Self.fused, file: file, line: line)
  }

  func testEachFaultOfAFusedManifestIsNamed() {
    for field in ["entry", "network", "answer"] {
      assertFusedRefused("\"\(field)\"", "\"other\"", "field \(field) is missing")
    }
    assertFusedRefused(
      "{\"height\": 40, \"width\": 30", "{\"height\": 41, \"width\": 30",
      "input is 30x40, expected that of the entry, 30x41")
    assertFusedRefused(
      "\"RGB\", \"fit\"", "\"NV12\", \"fit\"",
      "entry.color_order \"NV12\"; this app hands over pictures, which are RGB")
    assertFusedRefused(
      "\"color_order\": \"RGB\", \"fit\"", "\"colour\": 0, \"fit\"",
      "field entry.color_order is missing")
    assertFusedRefused(
      "\"RGB\", \"fit\"", "1, \"fit\"", "field entry.color_order has the wrong type")
    assertFusedRefused("\"turn\": 0", "\"turn\": 90", "turn 90; this app hands over upright pixels")
    assertFusedRefused(
      "\"bilinear_antialias\",\n", "\"nearest\",\n",
      "resize filter \"nearest\"; this app has bilinear_antialias only")
    for network in ["[80]", "[80, 0]", "[80, 64, 3]", "[16385, 64]"] {
      assertFusedRefused(
        "[80, 64]", network,
        "network is \(network), expected a height and a width of 1 to 16384")
    }
    assertFusedRefused(
      "\"count\": 3", "\"count\": 21", "21 answers of 20 labels; expected 0 to all")
    assertFusedRefused(
      "\"count\": 3", "\"count\": -1", "-1 answers of 20 labels; expected 0 to all")
    assertFusedRefused(
      "\"count\": 3", "\"count\": 0", "answer.count is 0, expected 1 to 20 for the steps \"topk\"")
    assertFusedRefused(
      "[\"topk\"]", "[\"softmax\", \"argmax\"]",
      "answer.count is 3, expected 1 to 1 for the steps \"softmax, argmax\"")
    assertFusedRefused(
      "[\"topk\"]", "[]", "answer.count is 3, expected 0 to 0 for the steps \"\"")
    assertFusedRefused(
      "[\"topk\"]", "[\"topk\", \"softmax\"]",
      "answer.steps \"topk, softmax\"; expected softmax, then topk or argmax, each once at most")
    assertFusedRefused(
      "\"features\": null",
      "\"features\": {\"label\": \"a\", \"probabilities\": \"b\"}",
      "found picks and features, expected picks alone by its answer")
    assertFusedRefused(
      "[\"topk\"], \"count\": 3", "[], \"count\": 0",
      "found picks and no features, expected features alone by its answer")
    assertFusedRefused(
      "\"picks\": {\"scores\"", "\"picks\": {\"score\"", "field picks.scores is missing")
  }

  func testAnErrorNamesTheFileOfItsVariant() throws {
    let text = Self.fused.replacingOccurrences(of: "\"count\": 3", with: "\"count\": 0")
    XCTAssertThrowsError(
      try ManifestError.naming("d.manifest.json") { try Manifest(data: Data(text.utf8)) }
    ) { error in
      XCTAssertEqual(
        "\(error)",
        "d.manifest.json: answer.count is 0, expected 1 to 20 for the steps \"topk\"")
    }
    XCTAssertEqual(try ManifestError.naming("d.manifest.json") { 1 }, 1)
  }

  func testAModelThatIsNotTheManifestsIsRefused() throws {
    let (plain, fused) = (
      try Manifest(data: Data(Self.text.utf8)), try Manifest(data: Data(Self.fused.utf8))
    )
    let plainModel = ModelFeatures(
      images: ["image": ModelFeatures.Size(width: 64, height: 80)],
      outputs: ["classLabel": .label, "classLabel_probs": .probabilities])
    let fusedModel = ModelFeatures(
      images: ["image": ModelFeatures.Size(width: 30, height: 40)],
      outputs: ["scores": .array, "indices": .array])
    XCTAssertNoThrow(try plain.check(plainModel))
    XCTAssertNoThrow(try fused.check(fusedModel))
    let pair = "(model and manifest are not a pair)"
    XCTAssertThrowsError(try fused.check(plainModel)) { error in
      XCTAssertEqual(
        "\(error)",
        "manifest.json: input of the model is image 64x80; the manifest says image 30x40 \(pair)")
    }
    let mixed = ModelFeatures(images: fusedModel.images, outputs: plainModel.outputs)
    XCTAssertThrowsError(try fused.check(mixed)) { error in
      XCTAssertEqual(
        "\(error)",
        "manifest.json: output of the model is classLabel (label), classLabel_probs (probabilities); "
          + "the manifest says indices (array), scores (array) \(pair)")
    }
    XCTAssertThrowsError(try plain.check(ModelFeatures(images: [:], outputs: plainModel.outputs)))
  }
}
