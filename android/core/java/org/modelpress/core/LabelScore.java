package org.modelpress.core;

/** A label and the score, usually a probability, that the model gave it. */
public final class LabelScore {
  private final int index;
  private final String label;
  private final float score;

  LabelScore(int index, String label, float score) {
    this.index = index;
    this.label = label;
    this.score = score;
  }

  /** Index of the class in the model's output. */
  public int index() {
    return index;
  }

  public String label() {
    return label;
  }

  public float score() {
    return score;
  }

  @Override
  public String toString() {
    return label + "=" + score;
  }
}
