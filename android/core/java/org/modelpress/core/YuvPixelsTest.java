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
}
