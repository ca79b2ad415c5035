package org.modelpress.core;

/** The part of a picture that a model looks at, in pixels. */
final class CropBox {
  final int left;
  final int top;
  final int width;
  final int height;

  private CropBox(int left, int top, int width, int height) {
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
  }

  /** All of {@code image}. */
  static CropBox whole(Pixels image) {
    return new CropBox(0, 0, image.width(), image.height());
  }

  /**
   * The largest centred box of {@code image} with the aspect ratio of {@code targetWidth} x {@code
   * targetHeight}; its sides and offsets are rounded down.
   */
  static CropBox centre(Pixels image, int targetWidth, int targetHeight) {
    int width = (int) Math.min(image.width(), (long) image.height() * targetWidth / targetHeight);
    int height = (int) Math.min(image.height(), (long) image.width() * targetHeight / targetWidth);
    width = Math.max(1, width);
    height = Math.max(1, height);
    return new CropBox((image.width() - width) / 2, (image.height() - height) / 2, width, height);
  }
}
