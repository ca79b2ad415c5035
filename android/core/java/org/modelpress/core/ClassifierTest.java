package org.modelpress.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.json.JSONObject;
import org.junit.Test;
import org.tensorflow.lite.Tensor;

/** Runs a real model on the Android runtime's own library. */
public final class ClassifierTest {
  private static final int THREADS = 2;
  private static final long SEED = 1;

  private static JSONObject json() throws IOException {
    return new JSONObject(TestModel.manifestJson());
  }

  private static Classifier open(JSONObject manifest, boolean useNnapi) throws IOException {
    return new Classifier(
        TestModel.model(),
        ModelManifest.parse(manifest.toString()),
        TestModel.labels(),
        options(useNnapi));
  }

  private static ClassifierOptions options(boolean nnapi) {
    return new ClassifierOptions(THREADS, true, nnapi, false);
  }

  private static RgbImage noise(ModelManifest manifest) {
    int width = 3 * manifest.inputWidth() + 1;
    int height = 2 * manifest.inputHeight() + 1;
    byte[] pixels = new byte[width * height * RgbImage.CHANNELS];
    new Random(SEED).nextBytes(pixels);
    return new RgbImage(width, height, pixels);
  }

  private static void assertRefused(JSONObject manifest, String part) {
    ManifestException error =
        assertThrows(ManifestException.class, () -> open(manifest, false).close());
    assertTrue(error.getMessage(), error.getMessage().contains(part));
  }

  @Test
  public void returnsTheBestLabelsInOrder() throws IOException {
    try (Classifier classifier = open(json(), false)) {
      Classification result = classifier.classify(noise(classifier.manifest()), 3);
      assertEquals(3, result.labels().size());
      assertTrue(result.labels().get(0).score() >= result.labels().get(1).score());
      assertTrue(result.inferenceMillis() > 0);
      assertEquals(classifier.delegate(), result.delegate());
    }
  }

  @Test
  public void repeatsItself() throws IOException {
    try (Classifier classifier = open(json(), false)) {
      RgbImage image = noise(classifier.manifest());
      assertArrayEquals(classifier.rawOutput(image), classifier.rawOutput(image));
    }
  }

  // shows: pain D37
  @Test
  public void takesTurnsWhenThreadsShareIt() throws Exception {
    try (Classifier classifier = open(json(), false)) {
      RgbImage image = noise(classifier.manifest());
      byte[] expected = classifier.rawOutput(image);
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Callable<byte[]>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(() -> classifier.rawOutput(image));
      }
      for (Future<byte[]> output : threads.invokeAll(calls)) {
        assertArrayEquals(expected, output.get());
      }
      threads.shutdown();
    }
  }

  @Test
  public void recordsThatNnapiDoesNotRunHere() throws IOException {
    try (Classifier plain = open(json(), false);
        Classifier asked = open(json(), true)) {
      assertEquals("", plain.fallbackReason());
      assertFalse(asked.fallbackReason().isEmpty());
      assertEquals(plain.delegate(), asked.delegate());
      RgbImage image = noise(plain.manifest());
      assertArrayEquals(plain.rawOutput(image), asked.rawOutput(image));
    }
  }

  /** An engine that opens, says that it is NNAPI, and fails when it runs for the nth time. */
  private static Engine failing(int run) throws IOException {
    Engine engine =
        TfliteEngine.onProcessor(
            TestModel.model(), ModelManifest.parse(json().toString()), options(false));
    int[] runs = {0};
    return new Engine() {
      @Override
      public void run(ByteBuffer input, Map<Integer, Object> outputs) {
        if (++runs[0] == run) {
          ((ByteBuffer) outputs.get(0)).put(0, (byte) 0x55);
          throw new IllegalStateException("the driver died");
        }
        engine.run(input, outputs);
      }

      @Override
      public String delegate() {
        return Classifier.NNAPI;
      }

      @Override
      public int steps() {
        return engine.steps();
      }

      @Override
      public Tensor inputTensor() {
        return engine.inputTensor();
      }

      @Override
      public int outputCount() {
        return engine.outputCount();
      }

      @Override
      public Tensor outputTensor(int index) {
        return engine.outputTensor(index);
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  // shows: pain D39
  @Test
  public void fallsBackWhenADelegateFailsAtARun() throws IOException {
    ModelManifest manifest = ModelManifest.parse(json().toString());
    RgbImage image = noise(manifest);
    Engine broken = failing(2);
    List<Engine.Factory> engines =
        Arrays.asList(
            () -> broken,
            () -> TfliteEngine.onProcessor(modelUnchecked(), manifest, options(false)));
    try (Classifier plain = open(json(), false);
        Classifier classifier = new Classifier(manifest, TestModel.labels(), engines)) {
      byte[] expected = plain.rawOutput(image);
      assertArrayEquals(expected, classifier.rawOutput(image));
      assertEquals(Classifier.NNAPI, classifier.delegate());
      assertEquals("", classifier.fallbackReason());
      // The second run fails; its answer is the processor's, and so are all that follow.
      assertArrayEquals(expected, classifier.rawOutput(image));
      assertEquals(Classifier.XNNPACK, classifier.delegate());
      assertEquals("the driver died", classifier.fallbackReason());
      assertArrayEquals(expected, classifier.rawOutput(image));
    }
  }

  @Test
  public void throwsWhatTheLastEngineSays() throws IOException {
    ModelManifest manifest = ModelManifest.parse(json().toString());
    Engine broken = failing(1);
    List<Engine.Factory> engines = Arrays.asList(() -> broken);
    try (Classifier classifier = new Classifier(manifest, TestModel.labels(), engines)) {
      RgbImage image = noise(manifest);
      assertThrows(IllegalStateException.class, () -> classifier.rawOutput(image));
    }
  }

  private static ByteBuffer modelUnchecked() {
    try {
      return TestModel.model();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  public void runsPlainKernelsWithoutXnnpack() throws IOException {
    ModelManifest manifest = ModelManifest.parse(json().toString());
    ClassifierOptions plain = new ClassifierOptions(1, false, false, false);
    try (Classifier classifier =
            new Classifier(TestModel.model(), manifest, TestModel.labels(), plain);
        Classifier delegated = open(json(), false)) {
      assertEquals(Classifier.CPU, classifier.delegate());
      assertEquals(manifest.operatorCount(), classifier.steps());
      assertEquals(Classifier.XNNPACK, delegated.delegate());
      assertTrue(delegated.steps() < manifest.operatorCount());
    }
  }

  // shows: pain D38
  @Test
  public void refusesToRunWhenClosed() throws IOException {
    Classifier classifier = open(json(), false);
    classifier.close();
    classifier.close();
    RgbImage image = noise(classifier.manifest());
    assertThrows(IllegalStateException.class, () -> classifier.classify(image, 1));
  }

  // shows: pain D38
  @Test
  public void opensAndClosesWithoutKeepingNativeMemory() throws IOException {
    long limit = 5 << 20;
    // Mapped once: the JVM unmaps files when it pleases.
    ByteBuffer model = TestModel.model();
    // The JVM's own heap, compiled code and malloc's arenas take that many cycles to settle; a leak
    // goes on.
    for (int i = 0; i < 100; i++) {
      openRunClose(model);
    }
    long before = residentBytes();
    for (int i = 0; i < 50; i++) {
      openRunClose(model);
    }
    long growth = residentBytes() - before;
    assertTrue(growth + " bytes", growth < limit);
  }

  // shows: fault 1001 labels
  @Test
  public void refusesLabelsOfAnotherCount() throws IOException {
    List<String> labels = new ArrayList<>(TestModel.labels());
    labels.remove(0);
    ModelManifest manifest = ModelManifest.parse(json().toString());
    ByteBuffer model = TestModel.model();
    assertThrows(
        ManifestException.class, () -> new Classifier(model, manifest, labels, options(false)));
  }

  @Test
  public void refusesAManifestOfAnotherInput() throws IOException {
    JSONObject manifest = json();
    manifest.getJSONObject("input").put("shape", new int[] {1, 8, 8, 3});
    assertRefused(manifest, "model and manifest are not a pair");
  }

  @Test
  public void asksForNoMemoryThatTheModelDoesNotWant() throws IOException {
    JSONObject manifest = json();
    manifest.getJSONObject("input").put("shape", new int[] {1, 20_000, 20_000, 3});
    assertRefused(manifest, "model and manifest are not a pair");
  }

  // shows: fault wrong input scale
  @Test
  public void refusesAManifestOfAnotherScale() throws IOException {
    JSONObject manifest = json();
    manifest.getJSONObject("input").put("scale", 0.5);
    assertRefused(manifest, "the manifest says 0.5");
  }

  @Test
  public void refusesAFileThatIsNoModel() throws IOException {
    ModelManifest manifest = ModelManifest.parse(json().toString());
    List<String> labels = TestModel.labels();
    ByteBuffer truncated = TestModel.model();
    truncated.limit(truncated.limit() / 2);
    ByteBuffer half = ByteBuffer.allocateDirect(truncated.remaining()).put(truncated);
    half.flip();
    assertThrows(
        IllegalArgumentException.class,
        () -> new Classifier(half, manifest, labels, options(false)));
  }

  private static void openRunClose(ByteBuffer model) throws IOException {
    ModelManifest manifest = TestModel.manifest();
    try (Classifier classifier =
        new Classifier(model, manifest, TestModel.labels(), options(false))) {
      classifier.rawOutput(noise(manifest));
    }
  }

  private static long residentBytes() throws IOException {
    System.gc();
    String[] pages = new String(Files.readAllBytes(Paths.get("/proc/self/statm"))).split(" ");
    return Long.parseLong(pages[1]) * 4096;
  }
}
