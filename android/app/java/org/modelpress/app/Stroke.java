package org.modelpress.app;

import android.graphics.Path;
import java.util.Arrays;

/** One movement of the finger. */
final class Stroke {
  private static final int FIRST_POINTS = 64;
  private static final float DOT = 1e-3f;

  private final int color;
  private float[] points = new float[2 * FIRST_POINTS];
  private int length;

  /** Begins a stroke of {@code color}, 0xAARRGGBB. */
  Stroke(int color) {
    this.color = color;
  }

  int color() {
    return color;
  }

  /** Goes on to (x, y), as parts of the pad's side. */
  void add(float x, float y) {
    if (length == points.length) {
      points = Arrays.copyOf(points, 2 * length);
    }
    points[length++] = x;
    points[length++] = y;
  }

  /** x and y of each point, as parts of the pad's side. */
  float[] points() {
    return Arrays.copyOf(points, length);
  }

  /** The stroke on a pad of {@code side} pixels. */
  Path path(float side) {
    Path path = new Path();
    if (length == 0) {
      return path;
    }
    path.moveTo(points[0] * side, points[1] * side);
    // A tap is a dot: a line of no length would not be drawn.
    path.lineTo((points[0] + DOT) * side, points[1] * side);
    for (int i = 2; i < length; i += 2) {
      path.lineTo(points[i] * side, points[i + 1] * side);
    }
    return path;
  }
}
