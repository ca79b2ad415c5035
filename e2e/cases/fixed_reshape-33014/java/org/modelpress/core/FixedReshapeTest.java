package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.Test;

/** A model that takes one image only answers a batch all the same: one image after the other. */
public final class FixedReshapeTest {
  private static final int IMAGES = 5;

  // shows: pain D23
  @Test
  public void answersABatchOneByOne() throws Exception {
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      byte[] pixels = new byte[16 * 16 * RgbImage.CHANNELS];
      new Random(i).nextBytes(pixels);
      images.add(new RgbImage(16, 16, pixels));
    }
    List<String> expected = new ArrayList<>();
    try (Classifier one =
        new Classifier(
            TestModel.model(),
            TestModel.manifest(),
            TestModel.labels(),
            ClassifierOptions.DEFAULT)) {
      for (RgbImage image : images) {
        expected.add(one.classify(image, 3).labels().toString());
      }
    }
    try (BatchClassifier batch =
        new BatchClassifier(
            TestModel.model(),
            TestModel.manifest(),
            TestModel.labels(),
            ClassifierOptions.DEFAULT,
            () -> 1L << 40)) {
      List<String> found = new ArrayList<>();
      for (Classification result : batch.classify(images, 3)) {
        found.add(result.labels().toString());
      }
      assertEquals(expected, found);
      assertEquals(Collections.nCopies(IMAGES, 1), batch.parts());
      // It is not asked again.
      assertEquals(IMAGES, batch.classify(images, 1).size());
    }
    assertTrue("answers differ", Collections.frequency(expected, expected.get(0)) < IMAGES);
  }
}
