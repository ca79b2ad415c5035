package org.modelpress.core;

/** An RGB picture that is read row by row, so that no second copy of it is needed in memory. */
public interface Pixels {
  /** Columns, at least 1. */
  int width();

  /** Rows, at least 1. */
  int height();

  /**
   * Copies a part of a row.
   *
   * @param row 0 to height - 1
   * @param left first column
   * @param count columns to copy
   * @param rgb receives count * 3 bytes from its start: red, green, blue for each pixel
   */
  void readRow(int row, int left, int count, byte[] rgb);
}
