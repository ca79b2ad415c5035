package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Several classifiers of one model, for several threads: each caller has an interpreter for itself
 * while it runs. They share the mapped model; each has its own tensors.
 */
public final class ClassifierPool implements AutoCloseable {
  private final List<Classifier> all = new ArrayList<>();
  private final BlockingQueue<Classifier> idle;

  /**
   * Opens {@code size} classifiers, see {@link Classifier#Classifier}.
   *
   * @param size interpreters, at least 1
   */
  public ClassifierPool(
      int size,
      ByteBuffer model,
      ModelManifest manifest,
      List<String> labels,
      ClassifierOptions options) {
    idle = new ArrayBlockingQueue<>(size);
    try {
      for (int i = 0; i < size; i++) {
        all.add(new Classifier(model, manifest, labels, options));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    idle.addAll(all);
  }

  /**
   * Classifies on an idle interpreter; waits for one where none is.
   *
   * @param count how many labels to return
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public Classification classify(Pixels image, int count) throws InterruptedException {
    Classifier classifier = idle.take();
    try {
      return classifier.classify(image, count);
    } finally {
      idle.add(classifier);
    }
  }

  /** Closes every interpreter, each when it has finished what it runs. */
  @Override
  public void close() {
    for (Classifier classifier : all) {
      classifier.close();
    }
  }
}
