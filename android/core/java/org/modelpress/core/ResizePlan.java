package org.modelpress.core;

/**
 * Crop and resize of {@link ImageResizer} as numbers, for what does the same on another processor:
 * along the rows first, then along the columns, each sum rounded to a byte.
 */
public final class ResizePlan {
  /** Fraction bits of a weight. */
  public static final int FRACTION_BITS = ResizeWeights.FRACTION_BITS;

  private final CropBox box;
  private final ResizeWeights across;
  private final ResizeWeights down;

  /** Plans the way from {@code image} to {@code width} x {@code height} pixels. */
  public ResizePlan(Pixels image, int width, int height, boolean crop) {
    box = crop ? CropBox.centre(image, width, height) : CropBox.whole(image);
    across = new ResizeWeights(box.width, width);
    down = new ResizeWeights(box.height, height);
  }

  /** First column of {@code image} that is looked at. */
  public int left() {
    return box.left;
  }

  /** First row that is looked at. */
  public int top() {
    return box.top;
  }

  /** Columns that are looked at. */
  public int width() {
    return box.width;
  }

  /** Rows that are looked at. */
  public int height() {
    return box.height;
  }

  /**
   * For each output column its first column, counted from {@link #left}, then as many weights as
   * the longest sum has.
   */
  public int[][] across() {
    return rows(across);
  }

  /** The same for output rows, counted from {@link #top}. */
  public int[][] down() {
    return rows(down);
  }

  private static int[][] rows(ResizeWeights weights) {
    int taps = 0;
    for (int[] kernel : weights.kernel) {
      taps = Math.max(taps, kernel.length);
    }
    int[][] rows = new int[weights.kernel.length][1 + taps];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = weights.first[i];
      System.arraycopy(weights.kernel[i], 0, rows[i], 1, weights.kernel[i].length);
    }
    return rows;
  }
}
