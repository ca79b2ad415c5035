package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.Test;

/** Reads what a manifest says and refuses, in one line, what an app cannot follow. */
public final class ModelManifestTest {
  private static final String SHA256 =
      "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

  private static JSONObject tensor(String name, int[] shape, String dtype) {
    return new JSONObject()
        .put("name", name)
        .put("shape", new JSONArray(shape))
        .put("dtype", dtype)
        .put("scale", 0.25)
        .put("zero_point", 3);
  }

  private static JSONObject manifest() {
    return new JSONObject()
        .put("schema_version", 1)
        .put("name", "fruit_int8")
        .put("recipe", new JSONObject().put("name", "int8").put("activations", "int8"))
        .put(
            "model",
            new JSONObject()
                .put("file", "fruit_int8.tflite")
                .put("sha256", SHA256)
                .put("bytes", 3_000_000_000L))
        .put("source", new JSONObject().put("name", "fruit").put("trained", true))
        .put("labels", new JSONObject().put("file", "fruit.labels.txt").put("count", 2))
        .put("ops", new JSONArray().put(new JSONObject().put("name", "ADD").put("count", 2)))
        .put("input", tensor("in", new int[] {1, 4, 6, 3}, "uint8"))
        .put("output", tensor("out", new int[] {1, 2}, "int8"))
        .put(
            "preprocess",
            new JSONObject()
                .put("color_order", "RGB")
                .put(
                    "resize",
                    new JSONObject().put("fit", "crop").put("filter", "bilinear_antialias"))
                .put("mean", new JSONArray(new double[] {0, 0, 0}))
                .put("std", new JSONArray(new double[] {1, 1, 1})));
  }

  private static void assertRefused(JSONObject manifest, String part) {
    ManifestException error =
        assertThrows(ManifestException.class, () -> ModelManifest.parse(manifest.toString()));
    assertTrue(error.getMessage(), error.getMessage().contains(part));
    assertEquals(-1, error.getMessage().indexOf('\n'));
  }

  @Test
  public void readsWhatAnAppNeeds() {
    ModelManifest manifest = ModelManifest.parse(manifest().toString());
    assertEquals("fruit_int8", manifest.name());
    assertEquals("int8", manifest.recipe());
    assertEquals("int8", manifest.variant());
    assertEquals(SHA256, manifest.modelSha256());
    assertEquals(3_000_000_000L, manifest.modelBytes());
    assertTrue(manifest.trained());
    assertFalse(manifest.computesFloats());
    assertEquals(6, manifest.inputWidth());
    assertEquals(4, manifest.inputHeight());
    assertEquals(ElementType.INT8, manifest.output().type());
    assertEquals(3, manifest.output().zeroPoint());
    assertEquals(2, manifest.operatorCount());
  }

  @Test
  public void aCompressionStandsInFrontOfTheRecipe() {
    JSONObject manifest = manifest();
    JSONObject compression = new JSONObject().put("name", "macs30");
    manifest.getJSONObject("source").put("compression", compression);
    assertEquals("macs30_int8", ModelManifest.parse(manifest.toString()).recipe());
    manifest.getJSONObject("source").put("compression", JSONObject.NULL);
    assertEquals("int8", ModelManifest.parse(manifest.toString()).recipe());
  }

  @Test
  public void refusesAnotherSchema() {
    assertRefused(manifest().put("schema_version", 3), "schema_version 3");
  }

  private static JSONObject entry(String order, int turn) {
    return new JSONObject().put("color_order", order).put("turn", turn).put("fit", "crop");
  }

  private static JSONObject fused() {
    JSONObject manifest = manifest().put("schema_version", 2);
    manifest.remove("output");
    manifest.put("labels", new JSONObject().put("file", "fruit.labels.txt").put("count", 7));
    manifest.put("answer", new JSONObject().put("count", 2));
    manifest.put("entry", entry("RGB", 0));
    manifest.put("network", new JSONArray(new int[] {2, 2}));
    return manifest.put("scores", tensor("scores", new int[] {1, 2}, "uint8"));
  }

  @Test
  public void readsAModelThatChoosesItself() {
    ModelManifest manifest = ModelManifest.parse(fused().toString());
    assertEquals(2, manifest.answerCount());
    assertEquals(7, manifest.labelCount());
    assertEquals(2, manifest.output().elementCount());
    assertEquals(0, ModelManifest.parse(manifest().toString()).answerCount());
  }

  @Test
  public void readsFramesWithAlphaOfAFusedModelOnly() {
    JSONObject alpha = tensor("in", new int[] {1, 4, 6, 4}, "uint8");
    assertEquals(6, ModelManifest.parse(fused().put("input", alpha).toString()).inputWidth());
    assertRefused(manifest().put("input", alpha), "RGB");
  }

  private static JSONObject planes(int[] shape) {
    return fused().put("entry", entry("NV21", 90)).put("input", tensor("in", shape, "uint8"));
  }

  @Test
  public void readsFramesOfPlanes() {
    ModelManifest manifest = ModelManifest.parse(planes(new int[] {1, 6, 8, 1}).toString());
    assertTrue(manifest.takesPlanes());
    assertEquals(4, manifest.inputHeight());
    assertEquals(8, manifest.inputWidth());
    assertEquals(90, manifest.turn());
    assertRefused(planes(new int[] {1, 6, 8, 3}), "RGB");
    assertRefused(planes(new int[] {1, 7, 8, 1}), "RGB");
    assertRefused(fused().put("entry", entry("RGBA", 90)), "turn 90 of RGBA");
  }

  @Test
  public void refusesANetworkOfNoPossibleSize() {
    for (int[] sides : new int[][] {{}, {2}, {2, 0}, {-1, 2}, {2, 2, 3}, {16385, 2}}) {
      JSONArray network = new JSONArray(sides);
      assertRefused(
          fused().put("network", network),
          "network is " + network + "; expected a height and a width of 1 to 16384");
    }
    JSONObject lacking = fused();
    lacking.remove("network");
    assertRefused(lacking, "network");
    assertRefused(fused().put("entry", entry("RGB", 0).put("fit", "letterbox")), "entry fit");
  }

  @Test
  public void refusesScoresThatAreNotTheChosen() {
    assertRefused(fused().put("answer", new JSONObject().put("count", 3)), "another width");
    assertRefused(fused().put("answer", new JSONObject().put("count", 8)), "8 answers of 7");
    assertRefused(fused().put("answer", new JSONObject().put("count", 0)), "another width");
  }

  @Test
  public void refusesTextThatIsNoJson() {
    assertThrows(ManifestException.class, () -> ModelManifest.parse("version https://git-lfs"));
  }

  @Test
  public void namesTheVariantOfItsModel() {
    JSONObject pruned = manifest().put("name", "fruit_channels80_int8");
    assertEquals("channels80_int8", ModelManifest.parse(pruned.toString()).variant());
    JSONObject renamed = manifest().put("name", "apples");
    assertEquals("apples", ModelManifest.parse(renamed.toString()).variant());
  }

  @Test
  public void namesAMissingField() {
    JSONObject manifest = manifest();
    manifest.remove("output");
    assertRefused(manifest, "output");
  }

  @Test
  public void refusesAnInputThatIsNoRgbImage() {
    assertRefused(manifest().put("input", tensor("in", new int[] {1, 4, 6, 1}, "uint8")), "RGB");
  }

  @Test
  public void refusesLabelsOfAnotherCount() {
    JSONObject labels = new JSONObject().put("file", "fruit.labels.txt").put("count", 3);
    assertRefused(manifest().put("labels", labels), "3 labels");
  }

  @Test
  public void refusesAnUnknownDtype() {
    assertRefused(manifest().put("input", tensor("in", new int[] {1, 4, 6, 3}, "int4")), "int4");
  }

  @Test
  public void refusesADigestThatLeadsElsewhere() {
    JSONObject manifest = manifest();
    manifest.getJSONObject("model").put("sha256", "../../evil");
    assertRefused(manifest, "model.sha256");
  }

  @Test
  public void refusesTensorsOfNoPossibleSize() {
    for (int[] shape : new int[][] {{1, 0, 6, 3}, {1, -4, 6, 3}, {1, 65536, 65536, 3}}) {
      assertRefused(manifest().put("input", tensor("in", shape, "uint8")), "elements");
    }
  }

  @Test
  public void refusesJsonWithoutEnd() {
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      deep.append("{\"a\":");
    }
    assertThrows(ManifestException.class, () -> ModelManifest.parse(deep.toString()));
  }

  @Test
  public void staysOneShortLine() {
    StringBuilder name = new StringBuilder("a\n");
    for (int i = 0; i < 1000; i++) {
      name.append("long ");
    }
    JSONObject input = tensor("in", new int[] {1, 4, 6, 3}, name.toString());
    ManifestException error =
        assertThrows(
            ManifestException.class,
            () -> ModelManifest.parse(manifest().put("input", input).toString()));
    assertEquals(-1, error.getMessage().indexOf('\n'));
    assertTrue(error.getMessage(), error.getMessage().length() < 400);
  }

  @Test
  public void refusesAnotherFilter() {
    JSONObject manifest = manifest();
    manifest.getJSONObject("preprocess").getJSONObject("resize").put("filter", "nearest");
    assertRefused(manifest, "nearest");
  }
}
