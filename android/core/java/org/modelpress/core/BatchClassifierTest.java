package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.Test;

/** A batch gets the answers of its images one by one, in as much memory as there is. */
public final class BatchClassifierTest {
  private static final int IMAGES = 23;
  private static final int LABELS = 20;
  private static final long PLENTY = 1L << 40;

  private static List<RgbImage> noise(int count) {
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(TestModel.noise(64, 48, i));
    }
    return images;
  }

  private static BatchClassifier open(MemoryBudget budget) throws IOException {
    return new BatchClassifier(
        TestModel.model(), TestModel.manifest(), TestModel.labels(), TestModel.ONE_THREAD, budget);
  }

  private static List<String> texts(List<Classification> results) {
    List<String> texts = new ArrayList<>();
    for (Classification result : results) {
      assertEquals(Classifier.XNNPACK, result.delegate());
      texts.add(result.labels().toString());
    }
    return texts;
  }

  private static List<String> oneByOne(List<RgbImage> images) throws IOException {
    List<Classification> results = new ArrayList<>();
    try (Classifier classifier = TestModel.open(TestModel.ONE_THREAD)) {
      for (RgbImage image : images) {
        results.add(classifier.classify(image, LABELS));
      }
    }
    return texts(results);
  }

  /** Runs the images within memory for {@code affordable} of them at once. */
  private static void assertSplit(int affordable, Integer... parts) throws IOException {
    List<RgbImage> images = noise(IMAGES);
    long perImage = perImage();
    try (BatchClassifier batch = open(() -> affordable * perImage)) {
      assertEquals(oneByOne(images), texts(batch.classify(images, LABELS)));
      assertEquals(Arrays.asList(parts), batch.parts());
    }
  }

  private static long perImage() throws IOException {
    try (BatchClassifier batch = open(() -> PLENTY)) {
      return batch.bytesPerImage();
    }
  }

  // shows: pain D23
  @Test
  public void answersAsOneByOneInOnePart() throws IOException {
    int distinct = new HashSet<>(oneByOne(noise(IMAGES))).size();
    assertEquals("the images must differ for this test to mean something", IMAGES, distinct);
    assertSplit(1000, IMAGES);
  }

  @Test
  public void splitsSoThatThePartsFit() throws IOException {
    assertSplit(8, 8, 8, 7);
    assertSplit(6, 6, 6, 6, 5);
  }

  @Test
  public void takesOneAtATimeWhereThereIsNoMemory() throws IOException {
    Integer[] ones = Collections.nCopies(IMAGES, 1).toArray(new Integer[0]);
    assertSplit(1, ones);
    assertSplit(0, ones);
    assertSplit(-5, ones);
  }

  @Test
  public void shrinksWhenMemoryIsTakenMeanwhile() throws IOException {
    List<RgbImage> images = noise(IMAGES);
    long perImage = perImage();
    // What is left beside the 10 images that it holds: room at first, later five images too little.
    long[] left = {10 * perImage, 0, -5 * perImage, 0, 0};
    int[] asked = {0};
    try (BatchClassifier batch = open(() -> left[Math.min(asked[0]++, left.length - 1)])) {
      assertEquals(oneByOne(images), texts(batch.classify(images, LABELS)));
      assertEquals(Arrays.asList(8, 8, 3, 2, 2), batch.parts());
    }
  }

  @Test
  public void halvesAPartThatMemoryDoesNotDo() throws IOException {
    List<RgbImage> images = noise(8);
    List<Pixels> some = new ArrayList<>(images);
    int[] reads = {0};
    // As a heap that is full says it, while the third image of the first part is read.
    some.set(
        2,
        new Pixels() {
          @Override
          public int width() {
            return images.get(2).width();
          }

          @Override
          public int height() {
            return images.get(2).height();
          }

          @Override
          public void readRow(int row, int left, int count, byte[] rgb) {
            if (reads[0]++ == 0) {
              throw new OutOfMemoryError("full");
            }
            images.get(2).readRow(row, left, count, rgb);
          }
        });
    try (BatchClassifier batch = open(() -> PLENTY)) {
      assertEquals(oneByOne(images), texts(batch.classify(some, LABELS)));
      assertEquals(Arrays.asList(4, 4), batch.parts());
    }
  }

  @Test
  public void keepsWithinTheMemoryThatItReckons() throws IOException {
    List<RgbImage> images = noise(64);
    long perImage = perImage();
    long small = growth(images, 4 * perImage);
    long large = growth(images, 64 * perImage);
    String seen =
        String.format("%d bytes an image reckoned; 4: %d, 64: %d", perImage, small, large);
    System.out.println(seen);
    // Weights and the runtime's own memory are there in both.
    assertTrue(seen, large - small <= 60 * perImage);
    assertTrue("more images take more memory, or this test means nothing: " + seen, large > small);
    assertTrue("the reckoning is not far off: " + seen, large - small >= 60 * perImage / 8);
  }

  /** How much resident memory a batch adds while its interpreter is open. */
  private static long growth(List<RgbImage> images, long bytes) throws IOException {
    long before = ProcessMemory.resident();
    try (BatchClassifier batch = open(() -> bytes)) {
      batch.classify(images, 1);
      return ProcessMemory.resident() - before;
    }
  }

  @Test
  public void dividesEvenly() {
    assertEquals(8, BatchClassifier.partSize(23, 64, 10, 80));
    assertEquals(7, BatchClassifier.partSize(7, 64, 10, 80));
    assertEquals(32, BatchClassifier.partSize(128, 32, 10, PLENTY));
    assertEquals(33, BatchClassifier.partSize(65, 64, 10, PLENTY));
    assertEquals(1, BatchClassifier.partSize(5, 64, 10, 9));
    assertEquals(1, BatchClassifier.partSize(5, 64, 10, Long.MIN_VALUE));
  }

  @Test
  public void takesNoImages() throws IOException {
    try (BatchClassifier batch = open(() -> PLENTY)) {
      assertTrue(batch.classify(Collections.<RgbImage>emptyList(), 1).isEmpty());
      assertTrue(batch.parts().isEmpty());
    }
  }

  @Test
  public void refusesToRunWhenClosed() throws IOException {
    BatchClassifier batch = open(() -> PLENTY);
    batch.classify(noise(1), 1);
    batch.close();
    batch.close();
    List<RgbImage> images = noise(1);
    assertThrows(IllegalStateException.class, () -> batch.classify(images, 1));
  }

  @Test
  public void refusesLabelsOfAnotherCount() throws IOException {
    List<String> labels = TestModel.labels().subList(0, 3);
    ModelManifest manifest = TestModel.manifest();
    assertThrows(
        ManifestException.class,
        () ->
            new BatchClassifier(
                TestModel.model(), manifest, labels, TestModel.ONE_THREAD, () -> PLENTY));
  }
}
