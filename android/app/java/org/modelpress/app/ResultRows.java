package org.modelpress.app;

import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ProgressBar;
import android.widget.TextView;
import java.util.List;
import org.modelpress.core.LabelScore;

/** The list of labels with scores and bars. */
final class ResultRows {
  private ResultRows() {}

  /**
   * Fills {@code list} with a row for each of {@code labels}; rows that are there are used again.
   */
  static void show(ViewGroup list, List<LabelScore> labels) {
    while (list.getChildCount() > labels.size()) {
      list.removeViewAt(list.getChildCount() - 1);
    }
    LayoutInflater inflater = LayoutInflater.from(list.getContext());
    while (list.getChildCount() < labels.size()) {
      list.addView(inflater.inflate(R.layout.result, list, false));
    }
    for (int i = 0; i < labels.size(); i++) {
      fill(list.getChildAt(i), labels.get(i));
    }
  }

  private static void fill(View row, LabelScore entry) {
    String score = Text.percent(entry.score());
    ((TextView) row.findViewById(R.id.label)).setText(entry.label());
    ((TextView) row.findViewById(R.id.score)).setText(score);
    ProgressBar bar = row.findViewById(R.id.bar);
    bar.setProgress(Math.round(entry.score() * bar.getMax()));
    row.setContentDescription(
        row.getContext().getString(R.string.result_description, entry.label(), score));
  }
}
