package org.modelpress.app;

/** What one variant took on this device, as the user set it. */
final class Figures {
  /** The variant's name without that of its model. */
  final String variant;

  final String delegate;
  final int threads;

  /** Median of a few inferences, milliseconds. */
  final double medianMillis;

  /**
   * Growth of the process when the model was opened and first run, bytes; 0 where the system took
   * back more than that meanwhile.
   */
  final long memoryBytes;

  Figures(String variant, String delegate, int threads, double medianMillis, long memoryBytes) {
    this.variant = variant;
    this.delegate = delegate;
    this.threads = threads;
    this.medianMillis = medianMillis;
    this.memoryBytes = memoryBytes;
  }
}
