package org.modelpress.core;

/** For each output position, where its input span starts and the fixed-point weights of it. */
final class ResizeWeights {
  /** Fraction bits of a weight: an int less 8 bits of pixel, a sign and one bit of headroom. */
  static final int FRACTION_BITS = 22;

  final int inSize;
  final int[] first;
  final int[][] kernel;

  ResizeWeights(int inSize, int outSize) {
    this.inSize = inSize;
    first = new int[outSize];
    kernel = new int[outSize][];
    double scale = (double) inSize / outSize;
    double support = Math.max(scale, 1.0);
    for (int i = 0; i < outSize; i++) {
      double center = (i + 0.5) * scale;
      int start = Math.max(0, (int) (center - support + 0.5));
      int end = Math.min(inSize, (int) (center + support + 0.5));
      first[i] = start;
      kernel[i] = triangle(start, end, center, 1.0 / support);
    }
  }

  // Each operation in Pillow's order: a weight that differs in its last bit can flip a tie.
  private static int[] triangle(int start, int end, double center, double inverseSupport) {
    int size = end - start;
    double[] exact = new double[size];
    double total = 0.0;
    for (int i = 0; i < size; i++) {
      double distance = (i + start - center + 0.5) * inverseSupport;
      exact[i] = Math.max(0.0, 1.0 - Math.abs(distance));
      total += exact[i];
    }
    int[] fixed = new int[size];
    for (int i = 0; i < size; i++) {
      double weight = total != 0.0 ? exact[i] / total : exact[i];
      fixed[i] = (int) (0.5 + weight * (1 << FRACTION_BITS));
    }
    return fixed;
  }
}
