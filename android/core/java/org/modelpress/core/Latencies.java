package org.modelpress.core;

import java.util.Arrays;

/** Latencies of repeated inferences, in milliseconds. */
public final class Latencies {
  private final double[] sorted;

  /**
   * Keeps a copy of the latencies.
   *
   * @param millis in any order, at least one
   */
  public Latencies(double[] millis) {
    if (millis.length == 0) {
      throw new IllegalArgumentException("no latency; expected at least one");
    }
    sorted = millis.clone();
    Arrays.sort(sorted);
  }

  public int count() {
    return sorted.length;
  }

  public double median() {
    return quantile(0.5);
  }

  /** The 90th percentile. */
  public double p90() {
    return quantile(0.9);
  }

  /** The interquartile range. */
  public double iqr() {
    return quantile(0.75) - quantile(0.25);
  }

  /** Linear between the two nearest values, as NumPy's percentile. */
  private double quantile(double part) {
    double position = part * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
