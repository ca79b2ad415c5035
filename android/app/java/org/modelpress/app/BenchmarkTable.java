package org.modelpress.app;

import android.content.Context;
import android.graphics.Typeface;
import android.view.Gravity;
import android.view.LayoutInflater;
import android.widget.TableLayout;
import android.widget.TableRow;
import android.widget.TextView;
import java.util.Arrays;
import java.util.List;

/** The benchmark's rows as a table: variant, size, latency, peak memory, accuracy. */
final class BenchmarkTable {
  private BenchmarkTable() {}

  /** Fills {@code table} with a heading and a row for each of {@code rows}. */
  static void show(TableLayout table, List<BenchmarkRow> rows) {
    Context context = table.getContext();
    table.removeAllViews();
    TableRow heading =
        row(
            table,
            context.getString(R.string.column_variant),
            context.getString(R.string.column_size),
            context.getString(R.string.column_latency),
            context.getString(R.string.column_memory),
            context.getString(R.string.column_accuracy));
    for (int i = 0; i < heading.getChildCount(); i++) {
      ((TextView) heading.getChildAt(i)).setTypeface(null, Typeface.BOLD);
    }
    for (BenchmarkRow found : rows) {
      show(table, found);
    }
  }

  private static void show(TableLayout table, BenchmarkRow found) {
    Context context = table.getContext();
    String none = context.getString(R.string.none);
    boolean measured = found.record != null;
    row(
        table,
        found.shortName,
        measured ? Text.megabytes(context, found.bytes()) : none,
        measured ? Text.millis(context, found.medianMillis()) : none,
        measured ? Text.megabytes(context, found.peakMemory()) : none,
        found.accuracy >= 0 ? Text.percent(found.accuracy) : none);
  }

  private static TableRow row(TableLayout table, String... texts) {
    TableRow row = new TableRow(table.getContext());
    LayoutInflater inflater = LayoutInflater.from(table.getContext());
    for (int i = 0; i < texts.length; i++) {
      TextView cell = (TextView) inflater.inflate(R.layout.cell, row, false);
      cell.setText(texts[i]);
      cell.setGravity(i == 0 ? Gravity.START : Gravity.END);
      if (i == texts.length - 1) {
        // Room that the narrowest phones need.
        cell.setPaddingRelative(0, cell.getPaddingTop(), 0, cell.getPaddingBottom());
      }
      row.addView(cell);
    }
    // A screen reader reads the row as one.
    row.setFocusable(true);
    row.setContentDescription(String.join(", ", Arrays.asList(texts)));
    table.addView(row);
    return row;
  }
}
