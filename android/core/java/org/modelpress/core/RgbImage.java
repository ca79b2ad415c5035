package org.modelpress.core;

/** An 8-bit RGB image: rows of red, green, blue bytes without padding. */
public final class RgbImage {
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
   * @param argb height * width pixels as 0xAARRGGBB, not premultiplied
   */
  public static RgbImage fromArgb(int width, int height, int[] argb) {
    byte[] pixels = new byte[argb.length * CHANNELS];
    int out = 0;
    for (int pixel : argb) {
      int alpha = pixel >>> 24;
      pixels[out++] = onWhite(pixel >> 16 & 0xff, alpha);
      pixels[out++] = onWhite(pixel >> 8 & 0xff, alpha);
      pixels[out++] = onWhite(pixel & 0xff, alpha);
    }
    return new RgbImage(width, height, pixels);
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** The pixels themselves, not a copy. */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * Cuts out the largest centred box with the aspect ratio of {@code targetWidth} x {@code
   * targetHeight}; its sides and offsets are rounded down.
   */
  public RgbImage centerCrop(int targetWidth, int targetHeight) {
    int cropWidth = (int) Math.min(width, (long) height * targetWidth / targetHeight);
    int cropHeight = (int) Math.min(height, (long) width * targetHeight / targetWidth);
    cropWidth = Math.max(1, cropWidth);
    cropHeight = Math.max(1, cropHeight);
    if (cropWidth == width && cropHeight == height) {
      return this;
    }
    int left = (width - cropWidth) / 2;
    int top = (height - cropHeight) / 2;
    byte[] cropped = new byte[cropWidth * cropHeight * CHANNELS];
    int rowBytes = cropWidth * CHANNELS;
    for (int row = 0; row < cropHeight; row++) {
      int from = ((top + row) * width + left) * CHANNELS;
      System.arraycopy(pixels, from, cropped, row * rowBytes, rowBytes);
    }
    return new RgbImage(cropWidth, cropHeight, cropped);
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
