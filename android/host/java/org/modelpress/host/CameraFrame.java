package org.modelpress.host;

import java.nio.ByteBuffer;
import java.util.Random;
import org.modelpress.core.YuvPixels;

/**
 * A frame as a phone's camera gives it: brightness, and half as wide and high V and U in turn,
 * which two planes share, in memory outside of Java's heap.
 */
final class CameraFrame {
  final int width;
  final int height;
  final int degrees;
  final ByteBuffer luma;
  final ByteBuffer blueDifference;
  final ByteBuffer redDifference;

  /** Coloured patches, {@code width} x {@code height} as stored, upright after {@code degrees}. */
  CameraFrame(int width, int height, int degrees, long seed) {
    this.width = width;
    this.height = height;
    this.degrees = degrees;
    luma = ByteBuffer.allocateDirect(width * height);
    redDifference = ByteBuffer.allocateDirect(width * height / 2);
    fill(luma, width, 8, new Random(seed));
    fill(redDifference, width, 4, new Random(seed + 1));
    ByteBuffer from = redDifference.duplicate();
    from.position(1);
    blueDifference = from.slice();
  }

  /** The same without a copy. */
  YuvPixels pixels() {
    return new YuvPixels(
        width,
        height,
        degrees,
        new YuvPixels.Plane(luma, width, 1),
        new YuvPixels.Plane(blueDifference, width, 2),
        new YuvPixels.Plane(redDifference, width, 2));
  }

  private static void fill(ByteBuffer plane, int width, int side, Random random) {
    byte[] row = new byte[width];
    for (int y = 0; y < plane.capacity() / width; y++) {
      for (int x = 0; y % side == 0 && x < width; x++) {
        // Neighbours of one row that stand for two colours differ.
        row[x] = x % side < 2 ? (byte) random.nextInt(256) : row[x - 2];
      }
      plane.put(row);
    }
    plane.rewind();
  }
}
