package org.modelpress.core;

import java.util.Collections;
import java.util.List;

/** The outcome of classifying one image. */
public final class Classification {
  private final List<LabelScore> labels;
  private final double preprocessMillis;
  private final double inferenceMillis;
  private final String delegate;

  Classification(
      List<LabelScore> labels, double preprocessMillis, double inferenceMillis, String delegate) {
    this.labels = Collections.unmodifiableList(labels);
    this.preprocessMillis = preprocessMillis;
    this.inferenceMillis = inferenceMillis;
    this.delegate = delegate;
  }

  /** The best labels, best first. */
  public List<LabelScore> labels() {
    return labels;
  }

  /** Milliseconds spent on cropping, resizing and quantising. */
  public double preprocessMillis() {
    return preprocessMillis;
  }

  /** Milliseconds spent in the interpreter. */
  public double inferenceMillis() {
    return inferenceMillis;
  }

  /** What really ran the model, see {@link Classifier#delegate()}. */
  public String delegate() {
    return delegate;
  }
}
