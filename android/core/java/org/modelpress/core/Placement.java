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
   * A picture for a model that crops and resizes the frame that it takes.
   *
   * <p>Cropping to the frame first would crop twice: a 3:4 portrait would lose 44 % of the intended
   * square. So the part that the model is to see goes where the model looks, and the rest of the
   * frame stays black. A picture of the frame's size goes in unchanged.
   */
  static Placement forCamera(
      Pixels image, int width, int height, int modelWidth, int modelHeight, boolean crop) {
    if (image.width() == width && image.height() == height) {
      return filling(image, width, height, false);
    }
    return new Placement(
        width,
        height,
        CropBox.of(image.width(), image.height(), modelWidth, modelHeight, crop),
        CropBox.of(width, height, modelWidth, modelHeight, crop));
  }
}
