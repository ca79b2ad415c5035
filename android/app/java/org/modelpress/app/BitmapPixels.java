package org.modelpress.app;

import android.graphics.Bitmap;
import org.modelpress.core.Pixels;
import org.modelpress.core.RgbImage;

/** A bitmap's pixels on a white background, read row by row through one row of buffer. */
final class BitmapPixels implements Pixels {
  private final Bitmap bitmap;
  private int[] argb = new int[0];

  /** Reads {@code bitmap}, which must be in memory (not a hardware bitmap). */
  BitmapPixels(Bitmap bitmap) {
    this.bitmap = bitmap;
  }

  @Override
  public int width() {
    return bitmap.getWidth();
  }

  @Override
  public int height() {
    return bitmap.getHeight();
  }

  @Override
  public void readRow(int row, int left, int count, byte[] rgb) {
    if (argb.length < count) {
      argb = new int[count];
    }
    bitmap.getPixels(argb, 0, count, left, row, count, 1);
    RgbImage.compositeOnWhite(argb, count, rgb);
  }
}
