package org.modelpress.core;

import java.util.Arrays;

/** The frame that a model takes as a camera gives it, and what the model itself makes of it. */
final class CameraInput {
  /** Maximum side length, in pixels. */
  private static final int MAX_SIDE = 16384;

  /** Size of the frame in pixels, before the model rotates it. */
  final int height;

  final int width;

  /** Order of the frame's bytes: RGB, BGR, RGBA, BGRA, or NV12 and NV21 for a camera's planes. */
  final String colorOrder;

  /** Whether the model crops the frame to its own aspect ratio; otherwise it stretches it. */
  final boolean crop;

  /** Degrees clockwise by which the model rotates the frame. */
  final int rotationDegrees;

  /** Size in pixels that the model resizes the frame to. */
  final int modelHeight;

  final int modelWidth;

  CameraInput(JsonFields json) {
    height = json.integer("height", 1, MAX_SIDE);
    width = json.integer("width", 1, MAX_SIDE);
    colorOrder = json.oneOf("color_order", "RGB", "BGR", "RGBA", "BGRA", "NV12", "NV21");
    crop = json.oneOf("fit", "crop", "stretch").equals("crop");
    json.oneOf("filter", "bilinear", "bilinear_antialias", "nearest");
    rotationDegrees = json.integer("rotation_degrees", 0, 270);
    if (rotationDegrees % 90 != 0 || (rotationDegrees != 0 && !isPlanar())) {
      // This app hands over upright pixels.
      throw json.refusal(
          "rotation_degrees",
          rotationDegrees + " for " + colorOrder,
          "0, or for NV12 and NV21 also 90, 180 or 270");
    }
    if (isPlanar() && (height % 2 != 0 || width % 2 != 0)) {
      throw json.refusal("height", width + "x" + height, "even sides for " + colorOrder);
    }
    int[] sides = json.integers("model_input_size", 1, MAX_SIDE);
    if (sides.length != 2) {
      throw json.refusal("model_input_size", Arrays.toString(sides), "a height and a width");
    }
    modelHeight = sides[0];
    modelWidth = sides[1];
  }

  /** Whether the frame is a camera's planes instead of pixels. */
  boolean isPlanar() {
    return colorOrder.startsWith("NV");
  }

  /** Shape of the frame's tensor: planes have three rows of bytes for two rows of pixels. */
  int[] shape() {
    return isPlanar()
        ? new int[] {1, height * 3 / 2, width, 1}
        : new int[] {1, height, width, colorOrder.length()};
  }
}
