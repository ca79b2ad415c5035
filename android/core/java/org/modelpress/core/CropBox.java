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

  /** All of a picture of {@code width} x {@code height}. */
  static CropBox whole(int width, int height) {
    return new CropBox(0, 0, width, height);
  }

  /**
   * What becomes {@code toWidth} x {@code toHeight} of a picture: all of it, or, where it is to be
   * cropped, the largest centred box of that aspect ratio, whose sides and offsets are rounded
   * down.
   */
  static CropBox of(int width, int height, int toWidth, int toHeight, boolean crop) {
    if (!crop) {
      return whole(width, height);
    }
    int boxWidth = Math.max(1, (int) Math.min(width, (long) height * toWidth / toHeight));
    int boxHeight = Math.max(1, (int) Math.min(height, (long) width * toHeight / toWidth));
    return new CropBox((width - boxWidth) / 2, (height - boxHeight) / 2, boxWidth, boxHeight);
  }
}
