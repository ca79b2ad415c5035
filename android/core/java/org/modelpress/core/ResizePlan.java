package org.modelpress.core;

/**
 * Crop and resize of {@link ImageResizer} as numbers, for what does the same on another processor:
 * along the rows first, then along the columns, each sum rounded to a byte.
 */
public final class ResizePlan {
  /** Fraction bits of a weight. */
  public static final int FRACTION_BITS = ResizeWeights.FRACTION_BITS;

  private final CropBox box;
  private final int[][] across;
  private final int[][] down;

  /** Plans the way from {@code image} to the input of {@code manifest}'s model. */
  public ResizePlan(Pixels image, ModelManifest manifest) {
    this(manifest.placement(image));
  }

  ResizePlan(Placement placement) {
    box = placement.part;
    CropBox target = placement.target;
    across = rows(new ResizeWeights(box.width, target.width), target.left, placement.width);
    down = rows(new ResizeWeights(box.height, target.height), target.top, placement.height);
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
   * the longest sum has; weights of 0 where the output stays black.
   */
  public int[][] across() {
    return across;
  }

  /** The same for output rows, counted from {@link #top}. */
  public int[][] down() {
    return down;
  }

  private static int[][] rows(ResizeWeights weights, int start, int count) {
    int taps = 0;
    for (int[] kernel : weights.kernel) {
      taps = Math.max(taps, kernel.length);
    }
    int[][] rows = new int[count][1 + taps];
    for (int i = 0; i < weights.kernel.length; i++) {
      int[] kernel = weights.kernel[i];
      rows[start + i][0] = weights.first[i];
      System.arraycopy(kernel, 0, rows[start + i], 1, kernel.length);
    }
    return rows;
  }
}
