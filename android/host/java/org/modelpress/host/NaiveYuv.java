package org.modelpress.host;

import org.modelpress.core.RgbImage;

/**
 * How apps often read a camera's planes, to compare with: each pixel by itself and in float into a
 * picture of ints, and a second picture to turn it upright.
 */
final class NaiveYuv {
  private static final int NEUTRAL = 128;

  private NaiveYuv() {}

  /** The whole frame, upright. */
  static RgbImage convert(CameraFrame frame) {
    int[] upright = turn(argb(frame), frame.width, frame.height, frame.degrees);
    boolean sideways = frame.degrees % 180 != 0;
    byte[] rgb = new byte[upright.length * RgbImage.CHANNELS];
    RgbImage.compositeOnWhite(upright, upright.length, rgb);
    return new RgbImage(
        sideways ? frame.height : frame.width, sideways ? frame.width : frame.height, rgb);
  }

  private static int[] argb(CameraFrame frame) {
    int[] pixels = new int[frame.width * frame.height];
    for (int y = 0; y < frame.height; y++) {
      for (int x = 0; x < frame.width; x++) {
        int colour = y / 2 * frame.width + x / 2 * 2;
        int luma = frame.luma.get(y * frame.width + x) & 0xff;
        int u = (frame.blueDifference.get(colour) & 0xff) - NEUTRAL;
        int v = (frame.redDifference.get(colour) & 0xff) - NEUTRAL;
        int red = toByte(luma + 1.402f * v);
        int green = toByte(luma - 0.344136f * u - 0.714136f * v);
        int blue = toByte(luma + 1.772f * u);
        pixels[y * frame.width + x] = 0xff000000 | red << 16 | green << 8 | blue;
      }
    }
    return pixels;
  }

  private static int toByte(float value) {
    return Math.max(0, Math.min(255, Math.round(value)));
  }

  private static int[] turn(int[] pixels, int width, int height, int degrees) {
    if (degrees == 0) {
      return pixels;
    }
    int[] turned = new int[pixels.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = pixels[y * width + x];
        switch (degrees) {
          case 90:
            turned[x * height + height - 1 - y] = pixel;
            break;
          case 180:
            turned[(height - 1 - y) * width + width - 1 - x] = pixel;
            break;
          default:
            turned[(width - 1 - x) * height + y] = pixel;
        }
      }
    }
    return turned;
  }
}
