package org.modelpress.core;

/** An 8-bit RGB image: rows of red, green, blue bytes without padding. */
public final class RgbImage implements Pixels {
  /** Red, green and blue. */
  public static final int CHANNELS = 3;

  private static final int OPAQUE = 0xff;
  private static final int HALF_BYTE = 0x80;
  private static final int DIVISION_BITS = 7;

  private final int width;
  private final int height;
  private final byte[] pixels;

  /**
   * Wraps pixels without copying them.
   *
   * @param width columns, at least 1
   * @param height rows, at least 1
   * @param pixels height * width * 3 bytes
   * @throws IllegalArgumentException if the sizes disagree
   */
  public RgbImage(int width, int height, byte[] pixels) {
    if (width < 1 || height < 1 || (long) width * height * CHANNELS != pixels.length) {
      throw new IllegalArgumentException(
          String.format(
              "%d bytes for an RGB image of %d x %d pixels", pixels.length, width, height));
    }
    this.width = width;
    this.height = height;
    this.pixels = pixels;
  }

  /**
   * Composites pixels on white.
   *
   * @param argb at least count pixels as 0xAARRGGBB, not premultiplied
   * @param count pixels to convert
   * @param rgb receives count * 3 bytes from its start
   */
  public static void compositeOnWhite(int[] argb, int count, byte[] rgb) {
    int out = 0;
    for (int i = 0; i < count; i++) {
      int pixel = argb[i];
      int alpha = pixel >>> 24;
      rgb[out++] = onWhite(pixel >> 16 & 0xff, alpha);
      rgb[out++] = onWhite(pixel >> 8 & 0xff, alpha);
      rgb[out++] = onWhite(pixel & 0xff, alpha);
    }
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public void readRow(int row, int left, int count, byte[] rgb) {
    System.arraycopy(pixels, (row * width + left) * CHANNELS, rgb, 0, count * CHANNELS);
  }

  /** The pixels themselves, not a copy. */
  public byte[] pixels() {
    return pixels;
  }

  private static byte onWhite(int value, int alpha) {
    if (alpha == OPAQUE) {
      return (byte) value;
    }
    // Pillow's division by 255, so that both composite to the same byte.
    int scaled = (value * alpha + OPAQUE * (OPAQUE - alpha) + HALF_BYTE) << DIVISION_BITS;
    return (byte) ((((scaled >> 8) + scaled) >> 8) >> DIVISION_BITS);
  }
}
