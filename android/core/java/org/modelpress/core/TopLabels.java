package org.modelpress.core;

import java.util.ArrayList;
import java.util.List;

/** Picks the labels with the highest scores. */
final class TopLabels {
  private TopLabels() {}

  /** The {@code count} best labels, best first; of equal scores the lower index comes first. */
  static List<LabelScore> of(float[] scores, List<String> labels, int count) {
    List<LabelScore> all = new ArrayList<>(scores.length);
    for (int i = 0; i < scores.length; i++) {
      all.add(new LabelScore(i, labels.get(i), scores[i]));
    }
    // A stable sort keeps equal scores in index order, as NumPy's argmax does.
    all.sort((a, b) -> Float.compare(b.score(), a.score()));
    return new ArrayList<>(all.subList(0, Math.min(count, all.size())));
  }
}
