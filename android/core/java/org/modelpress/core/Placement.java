package org.modelpress.core;

/** Which part of a picture becomes which part of a model's input. */
final class Placement {
  /** Of the input, in pixels. */
  final int width;

  final int height;

  /** Of the picture; it is resized to {@link #target}. */
  final CropBox part;

  /** Of the input; black around it. */
  final CropBox target;

  private Placement(int width, int height, CropBox part, CropBox target) {
    this.width = width;
    this.height = height;
    this.part = part;
    this.target = target;
  }

  /** A picture that fills an input of {@code width} x {@code height}. */
  static Placement filling(Pixels image, int width, int height, boolean crop) {
    return new Placement(
        width,
        height,
        CropBox.of(image.width(), image.height(), width, height, crop),
        CropBox.whole(width, height));
  }

  /**
   * A picture for a model that brings its input to {@code toWidth} x {@code toHeight} itself.
   *
   * <p>Cut to the input's shape first, it would be cut twice: of a portrait of 3:4, for an input of
   * 4:3 and a square network, 9/16 of the square would be left. So what the network is to see is
   * put where the model looks, and nothing sees the rest. A picture of the input's size goes in as
   * it is.
   */
  static Placement fused(
      Pixels image, int width, int height, int toWidth, int toHeight, boolean crop) {
    if (image.width() == width && image.height() == height) {
      return filling(image, width, height, false);
    }
    return new Placement(
        width,
        height,
        CropBox.of(image.width(), image.height(), toWidth, toHeight, crop),
        CropBox.of(width, height, toWidth, toHeight, crop));
  }
}
