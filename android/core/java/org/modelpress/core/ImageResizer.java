package org.modelpress.core;

/**
 * Bilinear resize with antialiasing, equal byte for byte to Pillow's {@code Image.resize(BILINEAR)}
 * on 8-bit RGB, which is the filter that the manifest calls {@code bilinear_antialias}.
 *
 * <p>A triangle filter, as wide as the shrink factor, runs along the rows and then along the
 * columns. Its weights are fixed-point integers and each pass rounds to bytes: any other order or
 * rounding gives other bytes than the model was trained and measured with. (Pillow 13 itself takes
 * the columns first for some sizes; the reference in Python therefore asks for the passes one by
 * one.)
 */
public final class ImageResizer {
  /** Fraction bits of a weight: an int less 8 bits of pixel, a sign and one bit of headroom. */
  private static final int FRACTION_BITS = 22;

  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private ImageResizer() {}

  /**
   * Resizes to {@code width} x {@code height} pixels; returns {@code image} if it has that size.
   */
  public static RgbImage resize(RgbImage image, int width, int height) {
    RgbImage result = image;
    if (width != result.width()) {
      result = resizeRows(result, new Weights(result.width(), width));
    }
    if (height != result.height()) {
      result = resizeColumns(result, new Weights(result.height(), height));
    }
    return result;
  }

  private static RgbImage resizeRows(RgbImage image, Weights weights) {
    int outWidth = weights.first.length;
    byte[] in = image.pixels();
    byte[] out = new byte[outWidth * image.height() * RgbImage.CHANNELS];
    int to = 0;
    for (int y = 0; y < image.height(); y++) {
      int row = y * image.width() * RgbImage.CHANNELS;
      for (int x = 0; x < outWidth; x++) {
        int[] kernel = weights.kernel[x];
        int from = row + weights.first[x] * RgbImage.CHANNELS;
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
          out[to++] = weightedSum(in, from + channel, RgbImage.CHANNELS, kernel);
        }
      }
    }
    return new RgbImage(outWidth, image.height(), out);
  }

  private static RgbImage resizeColumns(RgbImage image, Weights weights) {
    int outHeight = weights.first.length;
    int rowBytes = image.width() * RgbImage.CHANNELS;
    byte[] in = image.pixels();
    byte[] out = new byte[outHeight * rowBytes];
    int to = 0;
    for (int y = 0; y < outHeight; y++) {
      int[] kernel = weights.kernel[y];
      int from = weights.first[y] * rowBytes;
      for (int column = 0; column < rowBytes; column++) {
        out[to++] = weightedSum(in, from + column, rowBytes, kernel);
      }
    }
    return new RgbImage(image.width(), outHeight, out);
  }

  private static byte weightedSum(byte[] in, int from, int step, int[] kernel) {
    int sum = HALF;
    int index = from;
    for (int weight : kernel) {
      sum += (in[index] & 0xff) * weight;
      index += step;
    }
    int value = sum >> FRACTION_BITS;
    return (byte) Math.max(0, Math.min(255, value));
  }

  /** For each output position, where its input span starts and the fixed-point weights of it. */
  private static final class Weights {
    final int[] first;
    final int[][] kernel;

    Weights(int inSize, int outSize) {
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
}
