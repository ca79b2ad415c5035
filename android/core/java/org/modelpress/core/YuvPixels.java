package org.modelpress.core;

import java.nio.ByteBuffer;

/**
 * A camera's picture: a plane of brightness and two of colour at half the size (YUV 4:2:0, full
 * range, BT.601 as in JPEG), turned clockwise by quarters, read as RGB without a copy.
 */
public final class YuvPixels implements Pixels {
  private static final int NEUTRAL = 128;
  private static final int FRACTION_BITS = 16;
  private static final int HALF = 1 << (FRACTION_BITS - 1);
  // JPEG's (JFIF) factors 1.402, 0.344136, 0.714136 and 1.772, times 2^16.
  private static final int RED_V = 91881;
  private static final int GREEN_U = 22554;
  private static final int GREEN_V = 46802;
  private static final int BLUE_U = 116130;

  /** One plane of bytes. */
  public static final class Plane {
    private final ByteBuffer bytes;
    private final ByteBuffer part;
    private final int rowStride;
    private final int pixelStride;

    /**
     * Describes a plane.
     *
     * @param bytes read by index; its position does not matter
     * @param rowStride bytes from one row to the next
     * @param pixelStride bytes from one value to the next
     */
    public Plane(ByteBuffer bytes, int rowStride, int pixelStride) {
      this.bytes = bytes;
      part = bytes.duplicate();
      this.rowStride = rowStride;
      this.pixelStride = pixelStride;
    }

    /** All bytes, from the start; position and limit are the caller's own. */
    public ByteBuffer bytes() {
      ByteBuffer all = bytes.duplicate();
      all.rewind();
      return all;
    }

    /** Bytes from one row to the next. */
    public int rowStride() {
      return rowStride;
    }

    /** Bytes from one value to the next. */
    public int pixelStride() {
      return pixelStride;
    }

    private int at(int x, int y) {
      return y * rowStride + x * pixelStride;
    }

    private int get(int x, int y) {
      return bytes.get(at(x, y)) & 0xff;
    }

    private ByteBuffer part(int from, int count) {
      part.limit(from + count);
      part.position(from);
      return part;
    }

    private void copyRow(int row, int count, ByteBuffer out) {
      if (pixelStride == 1) {
        out.put(part(row * rowStride, count));
        return;
      }
      for (int x = 0; x < count; x++) {
        out.put((byte) get(x, row));
      }
    }

    /** Copies rows of this plane and another in turn: without a loop where they lie so already. */
    private void copyRowWith(Plane other, int row, int count, ByteBuffer out) {
      int from = row * rowStride;
      int shared = pixelStride * (count - 1);
      if (pixelStride == 2
          && other.pixelStride == 2
          && part(from + 1, shared).equals(other.part(row * other.rowStride, shared))) {
        out.put(part(from, shared + 1));
        out.put((byte) other.get(count - 1, row));
        return;
      }
      for (int x = 0; x < count; x++) {
        out.put((byte) get(x, row));
        out.put((byte) other.get(x, row));
      }
    }
  }

  private final int width;
  private final int height;
  private final int quarterTurns;
  private final Plane luma;
  private final Plane blueDifference;
  private final Plane redDifference;

  /**
   * Wraps the planes of one picture.
   *
   * @param width columns as stored, even
   * @param height rows as stored, even
   * @param degrees how far it is turned clockwise to be upright: 0, 90, 180 or 270
   * @throws IllegalArgumentException for other {@code degrees}
   */
  public YuvPixels(int width, int height, int degrees, Plane y, Plane u, Plane v) {
    if (degrees < 0 || degrees > 270 || degrees % 90 != 0) {
      throw new IllegalArgumentException(degrees + " degrees; expected 0, 90, 180 or 270");
    }
    this.width = width;
    this.height = height;
    quarterTurns = degrees / 90;
    luma = y;
    blueDifference = u;
    redDifference = v;
  }

  @Override
  public int width() {
    return quarterTurns % 2 == 0 ? width : height;
  }

  @Override
  public int height() {
    return quarterTurns % 2 == 0 ? height : width;
  }

  @Override
  public void readRow(int row, int left, int count, byte[] rgb) {
    switch (quarterTurns) {
      case 1:
        readLine(row, height - 1 - left, 0, -1, count, rgb);
        break;
      case 2:
        readLine(width - 1 - left, height - 1 - row, -1, 0, count, rgb);
        break;
      case 3:
        readLine(width - 1 - row, left, 0, 1, count, rgb);
        break;
      default:
        readLine(left, row, 1, 0, count, rgb);
    }
  }

  /** Converts pixels from a stored one on, each {@code stepX} and {@code stepY} from the last. */
  private void readLine(int x, int y, int stepX, int stepY, int count, byte[] rgb) {
    ByteBuffer lumaBytes = luma.bytes;
    int lumaAt = luma.at(x, y);
    int lumaStep = luma.at(stepX, stepY);
    int blueAt = blueDifference.at(x / 2, y / 2);
    int blueStep = blueDifference.at(stepX, stepY);
    int redAt = redDifference.at(x / 2, y / 2);
    int redStep = redDifference.at(stepX, stepY);
    // Of the pixels that share a colour, the first may be the second.
    boolean odd = ((stepX != 0 ? x : y) & 1) == 1;
    int shared = odd == (stepX + stepY > 0) ? 1 : 2;
    int end = count * RgbImage.CHANNELS;
    for (int out = 0; out < end; shared = 2) {
      int u = (blueDifference.bytes.get(blueAt) & 0xff) - NEUTRAL;
      int v = (redDifference.bytes.get(redAt) & 0xff) - NEUTRAL;
      int red = RED_V * v + HALF;
      int green = HALF - GREEN_U * u - GREEN_V * v;
      int blue = BLUE_U * u + HALF;
      for (; shared > 0 && out < end; shared--) {
        int base = (lumaBytes.get(lumaAt) & 0xff) << FRACTION_BITS;
        rgb[out++] = toByte(base + red);
        rgb[out++] = toByte(base + green);
        rgb[out++] = toByte(base + blue);
        lumaAt += lumaStep;
      }
      blueAt += blueStep;
      redAt += redStep;
    }
  }

  /** Columns as stored, before the turn. */
  public int storedWidth() {
    return width;
  }

  /** Rows as stored, before the turn. */
  public int storedHeight() {
    return height;
  }

  /** How far it is turned clockwise to be upright: 0, 90, 180 or 270. */
  public int degrees() {
    return quarterTurns * 90;
  }

  /** Brightness. */
  public Plane luma() {
    return luma;
  }

  /** U, at half the size. */
  public Plane blueDifference() {
    return blueDifference;
  }

  /** V, at half the size. */
  public Plane redDifference() {
    return redDifference;
  }

  /** Whether it is stored in this size and upright after as many degrees. */
  boolean isStoredAs(int storedWidth, int storedHeight, int degrees) {
    return width == storedWidth && height == storedHeight && quarterTurns * 90 == degrees;
  }

  /**
   * Copies what the camera gave, not turned: brightness, then for each 2 x 2 pixels both colours.
   *
   * @param redFirst V before U (NV21), else U before V (NV12)
   * @param out receives height * width * 3 / 2 bytes from its position
   */
  void copyPlanes(boolean redFirst, ByteBuffer out) {
    for (int y = 0; y < height; y++) {
      luma.copyRow(y, width, out);
    }
    Plane first = redFirst ? redDifference : blueDifference;
    Plane second = redFirst ? blueDifference : redDifference;
    for (int y = 0; y < height / 2; y++) {
      first.copyRowWith(second, y, width / 2, out);
    }
  }

  private static byte toByte(int fixed) {
    return (byte) Math.max(0, Math.min(255, fixed >> FRACTION_BITS));
  }
}
