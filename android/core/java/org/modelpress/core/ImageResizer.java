package org.modelpress.core;

import java.util.Arrays;

/**
 * Bilinear resize with antialiasing, equal byte for byte to Pillow's {@code Image.resize(BILINEAR)}
 * on 8-bit RGB, which is the filter that the manifest calls {@code bilinear_antialias}.
 *
 * <p>A triangle filter, as wide as the shrink factor, runs along the rows and then along the
 * columns. Its weights are fixed-point integers and each pass rounds to bytes: any other order or
 * rounding gives other bytes than the model was trained and measured with. (Pillow 13 itself takes
 * the columns first for some sizes; the reference in Python therefore asks for the passes one by
 * one.)
 *
 * <p>The picture is read row by row and buffers are kept from one picture to the next: beyond the
 * picture itself this needs {@code 3 * width * picture height} bytes. Not thread-safe.
 */
public final class ImageResizer {
  private static final int HALF = 1 << (ResizeWeights.FRACTION_BITS - 1);

  private final int width;
  private final int height;
  private final byte[] out;
  private byte[] row = new byte[0];
  private byte[] narrowed = new byte[0];
  private ResizeWeights across;
  private ResizeWeights down;

  /**
   * Resizes to {@code width} x {@code height} pixels.
   *
   * @param width columns, at least 1
   * @param height rows, at least 1
   */
  public ImageResizer(int width, int height) {
    this.width = width;
    this.height = height;
    out = new byte[width * height * RgbImage.CHANNELS];
  }

  /**
   * Resizes {@code image}.
   *
   * @param crop whether to cut out the largest centred box of the output's aspect ratio first
   * @return height * width * 3 bytes of red, green, blue; overwritten by the next call
   */
  public byte[] resize(Pixels image, boolean crop) {
    return resize(image, Placement.filling(image, width, height, crop));
  }

  /** Resizes the part of {@code image} that {@code placement} names, of this output's size. */
  byte[] resize(Pixels image, Placement placement) {
    CropBox box = placement.part;
    CropBox target = placement.target;
    int rowBytes = target.width * RgbImage.CHANNELS;
    narrowed = atLeast(narrowed, box.height * rowBytes);
    row = atLeast(row, box.width * RgbImage.CHANNELS);
    across = weights(across, box.width, target.width);
    down = weights(down, box.height, target.height);
    for (int y = 0; y < box.height; y++) {
      image.readRow(box.top + y, box.left, box.width, row);
      if (box.width == target.width) {
        System.arraycopy(row, 0, narrowed, y * rowBytes, rowBytes);
      } else {
        narrow(y * rowBytes);
      }
    }
    boolean fills = target.width == width && target.height == height;
    if (!fills) {
      Arrays.fill(out, (byte) 0);
    }
    if (fills && box.height == height) {
      System.arraycopy(narrowed, 0, out, 0, out.length);
    } else {
      shorten(rowBytes, target);
    }
    return out;
  }

  private static ResizeWeights weights(ResizeWeights last, int from, int to) {
    boolean same = last != null && last.inSize == from && last.first.length == to;
    return same ? last : new ResizeWeights(from, to);
  }

  private void narrow(int start) {
    int to = start;
    for (int x = 0; x < across.first.length; x++) {
      int[] kernel = across.kernel[x];
      int from = across.first[x] * RgbImage.CHANNELS;
      for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
        narrowed[to++] = weightedSum(row, from + channel, RgbImage.CHANNELS, kernel);
      }
    }
  }

  private void shorten(int rowBytes, CropBox target) {
    for (int y = 0; y < target.height; y++) {
      int to = ((target.top + y) * width + target.left) * RgbImage.CHANNELS;
      int[] kernel = down.kernel[y];
      int from = down.first[y] * rowBytes;
      for (int column = 0; column < rowBytes; column++) {
        out[to++] = weightedSum(narrowed, from + column, rowBytes, kernel);
      }
    }
  }

  private static byte weightedSum(byte[] in, int from, int step, int[] kernel) {
    int sum = HALF;
    int index = from;
    for (int weight : kernel) {
      sum += (in[index] & 0xff) * weight;
      index += step;
    }
    int value = sum >> ResizeWeights.FRACTION_BITS;
    return (byte) Math.max(0, Math.min(255, value));
  }

  private static byte[] atLeast(byte[] buffer, int size) {
    return buffer.length >= size ? buffer : new byte[size];
  }
}
