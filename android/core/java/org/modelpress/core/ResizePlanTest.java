package org.modelpress.core;

import static org.junit.Assert.assertArrayEquals;

import java.util.Random;
import org.junit.Test;

/** Whoever follows the plan's numbers gets the resizer's bytes. */
public final class ResizePlanTest {
  private static final int HALF = 1 << (ResizePlan.FRACTION_BITS - 1);

  private static int sum(int[] weights, int[] values) {
    int sum = HALF;
    for (int i = 1; i < weights.length; i++) {
      // A short sum ends with weights of 0, behind which there need be no value.
      sum += weights[i] == 0 ? 0 : weights[i] * values[weights[0] + i - 1];
    }
    return Math.max(0, Math.min(255, sum >> ResizePlan.FRACTION_BITS));
  }

  private static byte[] follow(RgbImage image, ResizePlan plan, int width, int height) {
    int[][] across = plan.across();
    int[][] down = plan.down();
    byte[] row = new byte[plan.width() * RgbImage.CHANNELS];
    byte[] out = new byte[width * height * RgbImage.CHANNELS];
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int[][] columns = new int[width][plan.height()];
      for (int y = 0; y < plan.height(); y++) {
        image.readRow(plan.top() + y, plan.left(), plan.width(), row);
        int[] values = new int[plan.width()];
        for (int x = 0; x < values.length; x++) {
          values[x] = row[x * RgbImage.CHANNELS + channel] & 0xff;
        }
        for (int x = 0; x < width; x++) {
          columns[x][y] = sum(across[x], values);
        }
      }
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          out[(y * width + x) * RgbImage.CHANNELS + channel] = (byte) sum(down[y], columns[x]);
        }
      }
    }
    return out;
  }

  @Test
  public void isWhatTheResizerDoes() {
    for (int[] size : new int[][] {{8, 8, 4, 4}, {8, 8, 8, 8}, {37, 23, 16, 9}, {5, 3, 11, 20}}) {
      byte[] pixels = new byte[size[0] * size[1] * RgbImage.CHANNELS];
      new Random(1).nextBytes(pixels);
      RgbImage image = new RgbImage(size[0], size[1], pixels);
      for (boolean crop : new boolean[] {true, false}) {
        for (Placement placement :
            new Placement[] {
              Placement.filling(image, size[2], size[3], crop),
              Placement.forCamera(image, size[2], size[3], 5, 2, crop),
              Placement.forCamera(image, size[2], size[3], 2, 5, crop),
            }) {
          byte[] expected = new ImageResizer(size[2], size[3]).resize(image, placement);
          ResizePlan plan = new ResizePlan(placement);
          assertArrayEquals(expected, follow(image, plan, size[2], size[3]));
        }
      }
    }
  }
}
