package org.modelpress.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.json.JSONObject;
import org.junit.Test;
import org.tensorflow.lite.Tensor;

/** Runs a real model on the Android runtime's own library. */
public final class ClassifierTest {
  private static final ClassifierOptions PROCESSOR = ClassifierOptions.DEFAULT;
  private static final ClassifierOptions NNAPI = new ClassifierOptions(2, true, true, false);

  private static RgbImage noise(ModelManifest manifest) {
    return TestModel.noise(3 * manifest.inputWidth() + 1, 2 * manifest.inputHeight() + 1, 1);
  }

  /** Another field of the manifest's input is refused, in these words. */
  private static void assertRefused(String field, Object value, String part) throws IOException {
    JSONObject json = TestModel.json(TestModel.STEM);
    json.getJSONObject("input").put(field, value);
    ModelManifest manifest = ModelManifest.parse(json.toString());
    ByteBuffer model = TestModel.model();
    List<String> labels = TestModel.labels();
    ManifestException error =
        assertThrows(
            ManifestException.class, () -> new Classifier(model, manifest, labels, PROCESSOR));
    assertTrue(error.getMessage(), error.getMessage().contains(part));
  }

  @Test
  public void returnsTheBestLabelsInOrder() throws IOException {
    try (Classifier classifier = TestModel.open(PROCESSOR)) {
      Classification result = classifier.classify(noise(classifier.manifest()), 3);
      assertEquals(3, result.labels().size());
      assertTrue(result.labels().get(0).score() >= result.labels().get(1).score());
      assertTrue(result.inferenceMillis() > 0);
      assertEquals(classifier.delegate(), result.delegate());
    }
  }

  @Test
  public void repeatsItself() throws IOException {
    try (Classifier classifier = TestModel.open(PROCESSOR)) {
      RgbImage image = noise(classifier.manifest());
      assertArrayEquals(classifier.rawOutput(image), classifier.rawOutput(image));
    }
  }

  // shows: pain D37
  @Test
  public void takesTurnsWhenThreadsShareIt() throws Exception {
    try (Classifier classifier = TestModel.open(PROCESSOR)) {
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
    try (Classifier plain = TestModel.open(PROCESSOR);
        Classifier asked = TestModel.open(NNAPI)) {
      assertEquals("", plain.fallbackReason());
      // More is not known: one that takes single operators leaves as many steps as there were.
      assertEquals(
          "NNAPI takes no two neighbouring operators of this model on this device",
          asked.fallbackReason());
      assertEquals(plain.delegate(), asked.delegate());
      RgbImage image = noise(plain.manifest());
      assertArrayEquals(plain.rawOutput(image), asked.rawOutput(image));
    }
  }

  /** An engine that opens, says that it is NNAPI, and fails when it runs for the nth time. */
  private static Engine failing(int run) throws IOException {
    Engine engine = TfliteEngine.onProcessor(TestModel.model(), TestModel.manifest(), PROCESSOR);
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
    ModelManifest manifest = TestModel.manifest();
    RgbImage image = noise(manifest);
    Engine broken = failing(2);
    List<Supplier<Engine>> engines =
        Arrays.asList(
            () -> broken, () -> TfliteEngine.onProcessor(TestModel.model(), manifest, PROCESSOR));
    try (Classifier plain = TestModel.open(PROCESSOR);
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
    ModelManifest manifest = TestModel.manifest();
    Engine broken = failing(1);
    List<Supplier<Engine>> engines = Arrays.asList(() -> broken);
    try (Classifier classifier = new Classifier(manifest, TestModel.labels(), engines)) {
      RgbImage image = noise(manifest);
      assertThrows(IllegalStateException.class, () -> classifier.rawOutput(image));
    }
  }

  @Test
  public void runsPlainKernelsWithoutXnnpack() throws IOException {
    ModelManifest manifest = TestModel.manifest();
    ClassifierOptions plain = new ClassifierOptions(1, false, false, false);
    try (Classifier classifier = TestModel.open(plain);
        Classifier delegated = TestModel.open(PROCESSOR)) {
      assertEquals(Classifier.CPU, classifier.delegate());
      assertEquals(manifest.operatorCount(), classifier.steps());
      assertEquals(Classifier.XNNPACK, delegated.delegate());
      assertTrue(delegated.steps() < manifest.operatorCount());
    }
  }

  // shows: pain D38
  @Test
  public void refusesToRunWhenClosed() throws IOException {
    Classifier classifier = TestModel.open(PROCESSOR);
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
    System.gc();
    long before = ProcessMemory.resident();
    for (int i = 0; i < 50; i++) {
      openRunClose(model);
    }
    System.gc();
    long growth = ProcessMemory.resident() - before;
    assertTrue(growth + " bytes", growth < limit);
  }

  // shows: fault 1001 labels
  @Test
  public void refusesLabelsOfAnotherCount() throws IOException {
    List<String> labels = new ArrayList<>(TestModel.labels());
    labels.remove(0);
    ModelManifest manifest = TestModel.manifest();
    ByteBuffer model = TestModel.model();
    assertThrows(ManifestException.class, () -> new Classifier(model, manifest, labels, PROCESSOR));
  }

  @Test
  public void refusesAManifestOfAnotherInput() throws IOException {
    assertRefused("shape", new int[] {1, 8, 8, 3}, "model and manifest are not a pair");
  }

  @Test
  public void asksForNoMemoryThatTheModelDoesNotWant() throws IOException {
    int[] shape = {1, 20_000, 20_000, 3};
    assertRefused("shape", shape, "model and manifest are not a pair");
  }

  // shows: fault wrong input scale
  @Test
  public void refusesAManifestOfAnotherScale() throws IOException {
    assertRefused("scale", 0.5, "the manifest says 0.5");
  }

  @Test
  public void refusesAFileThatIsNoModel() throws IOException {
    ModelManifest manifest = TestModel.manifest();
    List<String> labels = TestModel.labels();
    ByteBuffer truncated = TestModel.model();
    truncated.limit(truncated.limit() / 2);
    ByteBuffer half = ByteBuffer.allocateDirect(truncated.remaining()).put(truncated);
    half.flip();
    assertThrows(
        IllegalArgumentException.class, () -> new Classifier(half, manifest, labels, PROCESSOR));
  }

  private static void openRunClose(ByteBuffer model) throws IOException {
    ModelManifest manifest = TestModel.manifest();
    try (Classifier classifier = new Classifier(model, manifest, TestModel.labels(), PROCESSOR)) {
      classifier.rawOutput(noise(manifest));
    }
  }
}
