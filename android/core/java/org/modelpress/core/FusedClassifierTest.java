package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.json.JSONObject;
import org.junit.Test;

/** A model that crops, resizes and chooses itself answers as the same model and this code do. */
public final class FusedClassifierTest {
  private static final String FUSED = "_camera";
  private static final String PLANES = "_planes";
  private static final String FLOATS = System.getProperty("floats");
  private static final String BYTES = TestModel.STEM;
  private static final ClassifierOptions XNNPACK = TestModel.ONE_THREAD;

  /**
   * For int8 behind a float resize: on x86_64 with AVX-512, XNNPACK of 2.16.1 reads the parameters
   * of its float to int8 conversion as if they began at a multiple of 64 bytes, and most do not.
   * Phones have no AVX-512.
   */
  private static final ClassifierOptions PLAIN = new ClassifierOptions(1, false, false, false);

  private static final int ANSWERS = 5;

  private static RgbImage noise(int width, int height, int seed) {
    byte[] pixels = new byte[width * height * RgbImage.CHANNELS];
    Random random = new Random(seed);
    int patch = 97;
    for (int i = 0; i < pixels.length; i += patch) {
      Arrays.fill(pixels, i, Math.min(pixels.length, i + patch), (byte) random.nextInt(256));
    }
    return new RgbImage(width, height, pixels);
  }

  /** What a camera gives for such a frame: brightness, and colours that share their memory. */
  private static YuvPixels planes(ModelManifest frame, int seed) {
    int width = frame.inputWidth();
    int height = frame.inputHeight();
    ByteBuffer bytes = ByteBuffer.wrap(noise(width, height, seed).pixels());
    bytes.position(width * height);
    ByteBuffer red = bytes.slice();
    bytes.position(width * height + 1);
    return new YuvPixels(
        width,
        height,
        frame.rotationDegrees(),
        new YuvPixels.Plane(bytes, width, 1),
        new YuvPixels.Plane(bytes.slice(), width, 2),
        new YuvPixels.Plane(red, width, 2));
  }

  /**
   * Pictures of the frame's size, and photographs of other shapes whose square is as large as the
   * frame's, so that both classifiers see the same pixels after one resize.
   */
  private static RgbImage[] pictures(ModelManifest frame, int seed) {
    int width = frame.inputWidth();
    int height = frame.inputHeight();
    return new RgbImage[] {
      noise(width, height, seed), noise(height, width, seed), noise(2 * width, height, seed)
    };
  }

  private static void assertAnswersAlike(String stem, String suffix, ClassifierOptions options)
      throws IOException {
    try (Classifier fused = TestModel.open(stem + suffix, options);
        Classifier plain = TestModel.open(stem, options)) {
      ModelManifest frame = fused.manifest();
      for (int seed = 0; seed < 8; seed++) {
        Pixels[] images =
            frame.takesPlanes() ? new Pixels[] {planes(frame, seed)} : pictures(frame, seed);
        for (Pixels image : images) {
          Classification expected = plain.classify(image, ANSWERS);
          Classification answered = fused.classify(image, ANSWERS);
          assertEquals(ANSWERS, answered.labels().size());
          for (int i = 0; i < ANSWERS; i++) {
            LabelScore wanted = expected.labels().get(i);
            LabelScore found = answered.labels().get(i);
            assertEquals(wanted.index(), found.index());
            assertEquals(wanted.label(), found.label());
            assertEquals(wanted.score(), found.score(), 0);
          }
        }
      }
    }
  }

  @Test
  public void bytesAnswerAsTheSeparateStepsDo() throws IOException {
    assertAnswersAlike(BYTES, FUSED, PLAIN);
    assertAnswersAlike(BYTES, PLANES, PLAIN);
  }

  @Test
  public void floatsAnswerAsTheSeparateStepsDo() throws IOException {
    assertAnswersAlike(FLOATS, FUSED, XNNPACK);
    assertAnswersAlike(FLOATS, PLANES, XNNPACK);
  }

  @Test
  public void staysInOnePartition() throws IOException {
    // Each model is loaded with XNNPACK and not run.
    try (Classifier fused = TestModel.open(FLOATS + FUSED, XNNPACK);
        Classifier plain = TestModel.open(FLOATS, XNNPACK)) {
      // The bytes' cropping in front and the choice behind; the CAST is there without, too.
      assertEquals(plain.steps() + 2, fused.steps());
    }
    try (Classifier fused = TestModel.open(BYTES + FUSED, XNNPACK);
        Classifier plain = TestModel.open(BYTES, XNNPACK)) {
      // The same two, less the QUANTIZE of the scores.
      assertEquals(plain.steps() + 1, fused.steps());
    }
    try (Classifier planes = TestModel.open(FLOATS + PLANES, XNNPACK);
        Classifier plain = TestModel.open(FLOATS, XNNPACK)) {
      // Two croppings and one CAST more, and the choice.
      assertEquals(plain.steps() + 4, planes.steps());
    }
  }

  @Test
  public void takesPlanesOfItsOwnSizeAndTurnOnly() throws IOException {
    try (Classifier fused = TestModel.open(FLOATS + PLANES, XNNPACK)) {
      ModelManifest frame = fused.manifest();
      int width = frame.inputWidth();
      int height = frame.inputHeight();
      assertThrows(
          IllegalArgumentException.class, () -> fused.classify(noise(width, height, 1), 1));
      YuvPixels.Plane plane =
          new YuvPixels.Plane(ByteBuffer.wrap(new byte[width * height]), width, 1);
      YuvPixels lying = new YuvPixels(width, height, 0, plane, plane, plane);
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> fused.classify(lying, 1));
      assertEquals(
          "YuvPixels of 640 x 480 pixels; digits_fp32_planes takes a camera's planes of 640 x 480"
              + " that are upright after 90 degrees",
          error.getMessage());
    }
  }

  @Test
  public void answersNoMoreThanTheModelChooses() throws IOException {
    try (Classifier fused = TestModel.open(BYTES + FUSED, PLAIN)) {
      RgbImage image = noise(50, 70, 1);
      assertEquals(2, fused.classify(image, 2).labels().size());
      assertEquals(ANSWERS, fused.classify(image, 20).labels().size());
    }
  }

  @Test
  public void refusesTheManifestOfAnotherCount() throws IOException {
    JSONObject other = TestModel.json(BYTES + FUSED);
    other.getJSONObject("postprocess").put("top_k", 4);
    other.getJSONObject("output").put("shape", new int[] {1, 4});
    ModelManifest manifest = ModelManifest.parse(other.toString());
    assertEquals(4, manifest.topK());
    ByteBuffer model = TestModel.model(BYTES + FUSED);
    ManifestException error =
        assertThrows(
            ManifestException.class,
            () -> new Classifier(model, manifest, TestModel.labels(), PLAIN));
    assertEquals(-1, error.getMessage().indexOf('\n'));
  }

  @Test
  public void refusesAPlainModelUnderAFusedManifest() throws IOException {
    ModelManifest manifest = ModelManifest.parse(TestModel.json(BYTES + FUSED).toString());
    ByteBuffer model = TestModel.model();
    assertThrows(
        ManifestException.class, () -> new Classifier(model, manifest, TestModel.labels(), PLAIN));
  }
}
