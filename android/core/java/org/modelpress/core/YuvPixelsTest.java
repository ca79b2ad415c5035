package org.modelpress.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.ByteBuffer;
import org.junit.Test;

/** A camera's planes become upright RGB. */
public final class YuvPixelsTest {
  // 4 x 2 pixels in rows of 5 bytes; the colour planes lie in one buffer, as cameras have it.
  private static final byte[] LUMA = {10, 20, 30, 40, 0, 50, 60, 70, 80, 0};

  private static YuvPixels picture(int degrees, int u, int v) {
    ByteBuffer colour = ByteBuffer.allocate(4);
    for (int i = 0; i < 4; i += 2) {
      colour.put(i, (byte) u);
      colour.put(i + 1, (byte) v);
    }
    ByteBuffer fromV = colour.duplicate();
    fromV.position(1);
    return new YuvPixels(
        4,
        2,
        degrees,
        new YuvPixels.Plane(ByteBuffer.wrap(LUMA), 5, 1),
        new YuvPixels.Plane(colour, 4, 2),
        new YuvPixels.Plane(fromV.slice(), 4, 2));
  }

  private static int[] greys(YuvPixels picture, int row) {
    byte[] rgb = new byte[picture.width() * RgbImage.CHANNELS];
    picture.readRow(row, 0, picture.width(), rgb);
    int[] greys = new int[picture.width()];
    for (int i = 0; i < greys.length; i++) {
      greys[i] = rgb[i * RgbImage.CHANNELS];
      assertEquals(rgb[i * RgbImage.CHANNELS], rgb[i * RgbImage.CHANNELS + 1]);
      assertEquals(rgb[i * RgbImage.CHANNELS], rgb[i * RgbImage.CHANNELS + 2]);
    }
    return greys;
  }

  @Test
  public void turnsByQuarters() {
    assertArrayEquals(new int[] {10, 20, 30, 40}, greys(picture(0, 128, 128), 0));
    assertArrayEquals(new int[] {50, 10}, greys(picture(90, 128, 128), 0));
    assertArrayEquals(new int[] {80, 40}, greys(picture(90, 128, 128), 3));
    assertArrayEquals(new int[] {80, 70, 60, 50}, greys(picture(180, 128, 128), 0));
    assertArrayEquals(new int[] {40, 80}, greys(picture(270, 128, 128), 0));
    assertThrows(IllegalArgumentException.class, () -> picture(45, 128, 128));
  }

  @Test
  public void convertsColoursAsJpegDoes() {
    byte[] rgb = new byte[RgbImage.CHANNELS];
    // Y 80, U 90, V 240: 80 + 1.402 * 112, 80 + 0.344136 * 38 - 0.714136 * 112, 80 - 1.772 * 38.
    picture(0, 90, 240).readRow(1, 3, 1, rgb);
    assertArrayEquals(new byte[] {(byte) 237, 13, 13}, rgb);
    picture(0, 255, 255).readRow(1, 3, 1, rgb);
    assertArrayEquals(new byte[] {(byte) 255, 0, (byte) 255}, rgb);
  }

  /** 4 x 4 pixels whose colours lie in rows of {@code rowStride} bytes, each {@code step} apart. */
  private static byte[] copied(boolean redFirst, int rowStride, int step, boolean shared) {
    byte[] luma = new byte[4 * 4];
    for (int i = 0; i < luma.length; i++) {
      luma[i] = (byte) i;
    }
    byte[] u = new byte[rowStride + 4];
    byte[] v = shared ? u : new byte[rowStride + 4];
    for (int row = 0; row < 2; row++) {
      for (int x = 0; x < 2; x++) {
        // In shared memory V comes first.
        u[row * rowStride + x * step + (shared ? 1 : 0)] = (byte) (100 + 10 * row + x);
        v[row * rowStride + x * step] = (byte) (200 + 10 * row + x);
      }
    }
    ByteBuffer ofU = ByteBuffer.wrap(u);
    if (shared) {
      ofU.position(1);
      ofU = ofU.slice();
    }
    YuvPixels picture =
        new YuvPixels(
            4,
            4,
            90,
            new YuvPixels.Plane(ByteBuffer.wrap(luma), 4, 1),
            new YuvPixels.Plane(ofU, rowStride, step),
            new YuvPixels.Plane(ByteBuffer.wrap(v), rowStride, step));
    ByteBuffer out = ByteBuffer.allocate(24);
    picture.copyPlanes(redFirst, out);
    assertEquals(0, out.remaining());
    return out.array();
  }

  private static byte[] expected(int... colours) {
    byte[] all = new byte[24];
    for (int i = 0; i < 24; i++) {
      all[i] = (byte) (i < 16 ? i : colours[i - 16]);
    }
    return all;
  }

  @Test
  public void copiesPlanesHoweverTheyLie() {
    byte[] nv21 = expected(200, 100, 201, 101, 210, 110, 211, 111);
    byte[] nv12 = expected(100, 200, 101, 201, 110, 210, 111, 211);
    assertArrayEquals("shared, as it lies", nv21, copied(true, 4, 2, true));
    assertArrayEquals("shared, the other way round", nv12, copied(false, 4, 2, true));
    assertArrayEquals("shared, padded rows", nv21, copied(true, 7, 2, true));
    assertArrayEquals("apart, with gaps", nv21, copied(true, 4, 2, false));
    assertArrayEquals("apart, without gaps", nv21, copied(true, 2, 1, false));
    assertArrayEquals("apart, without gaps", nv12, copied(false, 3, 1, false));
  }
}
