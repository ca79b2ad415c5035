package org.modelpress.app;

import android.content.Context;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The list of variants that were run since the screen opened, fastest first. */
final class FigureRows {
  private FigureRows() {}

  /** Fills {@code list} with a row for each of {@code figures}. */
  static void show(ViewGroup list, Collection<Figures> figures) {
    Context context = list.getContext();
    List<Figures> sorted = new ArrayList<>(figures);
    sorted.sort(Comparator.comparingDouble(entry -> entry.medianMillis));
    list.removeAllViews();
    for (Figures entry : sorted) {
      View row = LayoutInflater.from(context).inflate(R.layout.figure, list, false);
      ((TextView) row.findViewById(R.id.variant)).setText(entry.variant);
      ((TextView) row.findViewById(R.id.numbers)).setText(numbers(context, entry));
      ((TextView) row.findViewById(R.id.ran_on)).setText(ranOn(context, entry));
      list.addView(row);
    }
  }

  private static String numbers(Context context, Figures entry) {
    if (entry.memoryBytes == 0) {
      return context.getString(R.string.figures_time, Text.millis(context, entry.medianMillis));
    }
    return context.getString(
        R.string.figures,
        Text.millis(context, entry.medianMillis),
        Text.megabytes(context, entry.memoryBytes));
  }

  private static String ranOn(Context context, Figures entry) {
    return context
        .getResources()
        .getQuantityString(R.plurals.ran_on, entry.threads, entry.delegate, entry.threads);
  }
}
