package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.Test;

/** Reads the examples that every language reads, and refuses in one line what an app cannot use. */
public final class ModelManifestTest {
  private static final String INT8 = "tflite_int8";
  private static final String TOP_K = "tflite_camera_top_k";
  private static final String PLANES = "tflite_camera_planes";

  private static JSONObject valid(String name) throws IOException {
    return new JSONObject(TestExample.text("valid/manifest_" + name + ".json"));
  }

  private static ModelManifest parse(String name) throws IOException {
    return ModelManifest.parse(valid(name).toString());
  }

  private static String refusal(String json) {
    String said =
        assertThrows(ManifestException.class, () -> ModelManifest.parse(json)).getMessage();
    assertEquals(said, -1, said.indexOf('\n'));
    return said;
  }

  private static void assertRefused(JSONObject manifest, String part) {
    String said = refusal(manifest.toString());
    assertTrue(said, said.contains(part));
  }

  /** A field of an example's object is refused where it has this value. */
  private static void assertRefused(
      String name, String object, String field, Object value, String part) throws IOException {
    JSONObject manifest = valid(name);
    manifest.getJSONObject(object).put(field, value);
    assertRefused(manifest, part);
  }

  @Test
  public void readsOrRefusesEverySharedExample() throws IOException {
    int read = 0;
    int refused = 0;
    for (TestExample example : TestExample.ofKind("manifest")) {
      if (example.file.contains("mlpackage")) {
        String said = refusal(example.text());
        assertTrue(said, said.contains("format") || said.contains("schema_version"));
      } else if (example.isValid()) {
        assertEquals(
            new JSONObject(example.text()).getString("name"),
            ModelManifest.parse(example.text()).name());
        read++;
      } else {
        example.assertNamed(refusal(example.text()));
        refused++;
      }
    }
    assertEquals(7, read);
    assertTrue(refused + " refused", refused > 20);
  }

  @Test
  public void readsWhatAnAppNeeds() throws IOException {
    ModelManifest manifest = parse(INT8);
    assertEquals("digits_int8", manifest.name());
    assertEquals("int8", manifest.recipe());
    assertEquals("int8", manifest.variant());
    assertEquals("digits_int8.tflite", manifest.modelFile());
    assertEquals(64, manifest.modelSha256().length());
    assertEquals(28416, manifest.modelBytes());
    assertEquals(131072, manifest.activationBytes());
    assertEquals("digits.labels.txt", manifest.labelsFile());
    assertTrue(manifest.trained());
    assertFalse(manifest.computesFloats());
    assertTrue(parse("tflite_fp32").computesFloats());
    assertEquals(64, manifest.inputWidth());
    assertEquals(64, manifest.inputHeight());
    assertEquals(ElementType.UINT8, manifest.output().type());
    assertEquals(0.00390625, manifest.output().scale(), 0);
    assertEquals(5, manifest.operatorCount());
    assertEquals(0, manifest.topK());
    assertEquals(0, manifest.rotationDegrees());
    assertTrue(manifest.preprocessing().crop());
    Preprocessing caffe = parse("tflite_dynamic_int8").preprocessing();
    assertTrue(caffe.blueFirst());
    assertEquals(116.779, caffe.mean(1), 0);
  }

  @Test
  public void putsTheCompressionBeforeTheRecipe() throws IOException {
    assertEquals("macs30_fp32", parse("tflite_compressed").recipe());
  }

  @Test
  public void readsCameraInput() throws IOException {
    ModelManifest frame = parse(TOP_K);
    assertEquals(5, frame.topK());
    assertEquals(20, frame.labelCount());
    assertEquals(5, frame.output().elementCount());
    assertEquals(640, frame.inputWidth());
    assertEquals(480, frame.inputHeight());
    assertFalse(frame.takesPlanes());
    ModelManifest planes = parse(PLANES);
    assertTrue(planes.takesPlanes());
    assertTrue(planes.redFirst());
    assertEquals(480, planes.inputHeight());
    assertEquals(640, planes.inputWidth());
    assertEquals(90, planes.rotationDegrees());
  }

  @Test
  public void activationBytesMayBeUnknown() throws IOException {
    JSONObject manifest = valid(INT8).put("activation_bytes", JSONObject.NULL);
    assertEquals(
        ModelManifest.UNKNOWN_BYTES, ModelManifest.parse(manifest.toString()).activationBytes());
    assertRefused(manifest.put("activation_bytes", -1), "activation_bytes");
  }

  @Test
  public void rotatesPlanesOnly() throws IOException {
    String part = "camera_input.rotation_degrees': got 90 for RGBA";
    assertRefused(TOP_K, "camera_input", "rotation_degrees", 90, part);
  }

  @Test
  public void refusesFramesOfNoPossibleSize() throws IOException {
    for (int[] sides : new int[][] {{}, {2}, {2, 0}, {-1, 2}, {2, 2, 3}, {16385, 2}}) {
      JSONArray size = new JSONArray(sides);
      assertRefused(TOP_K, "camera_input", "model_input_size", size, "model_input_size");
    }
    assertRefused(PLANES, "camera_input", "height", 481, "even sides for NV21");
    assertRefused(TOP_K, "camera_input", "fit", "letterbox", "camera_input.fit");
  }

  @Test
  public void refusesTensorsOfNoPossibleSize() throws IOException {
    for (int[] shape : new int[][] {{1, 0, 6, 3}, {1, -4, 6, 3}, {1, 65536, 65536, 3}}) {
      assertRefused(INT8, "input", "shape", new JSONArray(shape), "input.shape");
    }
  }

  @Test
  public void refusesAnUnknownDtype() throws IOException {
    String part = "field 'input.dtype': got \"int4\", expected one of uint8, int8";
    assertRefused(INT8, "input", "dtype", "int4", part);
  }

  @Test
  public void takesNoTextForANumber() throws IOException {
    assertRefused(INT8, "labels", "count", "20", "labels.count");
    assertRefused(INT8, "output", "scale", "0.5", "output.scale");
  }

  @Test
  public void namesTheVariantOfItsModel() throws IOException {
    JSONObject pruned = valid(INT8).put("name", "digits_channels80_int8");
    assertEquals("channels80_int8", ModelManifest.parse(pruned.toString()).variant());
    JSONObject renamed = valid(INT8).put("name", "apples");
    assertEquals("apples", ModelManifest.parse(renamed.toString()).variant());
  }

  @Test
  public void refusesTextThatIsNoJson() {
    refusal("version https://git-lfs");
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      deep.append("{\"a\":");
    }
    refusal(deep.toString());
  }

  @Test
  public void staysOneShortLine() throws IOException {
    StringBuilder name = new StringBuilder("a\n");
    for (int i = 0; i < 1000; i++) {
      name.append("long ");
    }
    JSONObject manifest = valid(INT8);
    manifest.getJSONObject("input").put("dtype", name.toString());
    String said = refusal(manifest.toString());
    assertTrue(said, said.length() < 400);
  }
}
