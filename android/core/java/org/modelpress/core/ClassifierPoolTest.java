package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.Test;

/** Many threads get the answers that one gets. */
public final class ClassifierPoolTest {
  private static final int IMAGES = 10;
  private static final int RUNS = 1000;
  private static final int CALLERS = 8;
  private static final int INTERPRETERS = 3;
  private static final int LABELS = 20;

  private static ClassifierPool open(int size) throws IOException {
    return new ClassifierPool(
        size, TestModel.model(), TestModel.manifest(), TestModel.labels(), TestModel.ONE_THREAD);
  }

  // shows: pain D37
  @Test
  public void eightThreadsGetWhatOneGets() throws Exception {
    List<RgbImage> images = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    try (ClassifierPool one = open(1)) {
      for (int i = 0; i < IMAGES; i++) {
        images.add(TestModel.noise(64, 48, i));
        expected.add(one.classify(images.get(i), LABELS).labels().toString());
      }
    }
    Set<String> distinct = new HashSet<>(expected);
    assertEquals("the images must differ for this test to mean something", IMAGES, distinct.size());
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    try (ClassifierPool pool = open(INTERPRETERS)) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < RUNS; i++) {
        RgbImage image = images.get(i % IMAGES);
        calls.add(() -> pool.classify(image, LABELS).labels().toString());
      }
      List<Future<String>> answers = threads.invokeAll(calls);
      for (int i = 0; i < RUNS; i++) {
        assertEquals("run " + i, expected.get(i % IMAGES), answers.get(i).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  public void refusesToRunWhenClosed() throws Exception {
    ClassifierPool pool = open(2);
    pool.close();
    assertThrows(IllegalStateException.class, () -> pool.classify(TestModel.noise(64, 48, 0), 1));
  }
}
