package org.modelpress.app;

import android.content.Context;
import java.text.NumberFormat;

/** Numbers as the user's language writes them. */
final class Text {
  private static final double BYTES_PER_MEGABYTE = 1e6;
  private static final double SMALL = 10;

  private Text() {}

  /** Such as "0.92 MB", "24.2 MB". */
  static String megabytes(Context context, long bytes) {
    double value = bytes / BYTES_PER_MEGABYTE;
    return context.getString(R.string.megabytes, decimal(value, value < SMALL ? 2 : 1));
  }

  /** Such as "3.4 ms". */
  static String millis(Context context, double value) {
    return context.getString(R.string.millis, decimal(value, value < SMALL ? 2 : 1));
  }

  /** Such as "98.5 %" for 0.985. */
  static String percent(double part) {
    NumberFormat format = NumberFormat.getPercentInstance();
    format.setMinimumFractionDigits(1);
    format.setMaximumFractionDigits(1);
    return format.format(part);
  }

  private static String decimal(double value, int digits) {
    NumberFormat format = NumberFormat.getNumberInstance();
    format.setMinimumFractionDigits(digits);
    format.setMaximumFractionDigits(digits);
    return format.format(value);
  }
}
