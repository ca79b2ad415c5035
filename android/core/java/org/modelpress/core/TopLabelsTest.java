package org.modelpress.core;

import static org.junit.Assert.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.Test;

/** The best labels come first, and ties keep the order of the model. */
public final class TopLabelsTest {
  private static final List<String> LABELS = Arrays.asList("a", "b", "c", "d");

  private static List<String> top(float[] scores, int count) {
    return TopLabels.of(scores, LABELS, count).stream()
        .map(LabelScore::label)
        .collect(Collectors.toList());
  }

  @Test
  public void sortsByScore() {
    assertEquals(Arrays.asList("c", "a"), top(new float[] {0.3f, 0.1f, 0.5f, 0.1f}, 2));
  }

  @Test
  public void keepsIndexOrderOfEqualScores() {
    assertEquals(LABELS, top(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, 9));
  }
}
