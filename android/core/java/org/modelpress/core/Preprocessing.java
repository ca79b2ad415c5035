package org.modelpress.core;

/**
 * How pixels become a model's input: crop or stretch, colour order, mean and standard deviation.
 */
public final class Preprocessing {
  private final boolean crop;
  private final boolean blueFirst;
  private final double[] mean;
  private final double[] std;

  Preprocessing(JsonFields json) {
    JsonFields resize = json.object("resize");
    resize.oneOf("filter", "bilinear_antialias");
    crop = resize.oneOf("fit", "crop", "stretch").equals("crop");
    blueFirst = json.oneOf("color_order", "RGB", "BGR").equals("BGR");
    mean = json.numbers("mean", RgbImage.CHANNELS);
    std = json.numbers("std", RgbImage.CHANNELS);
    for (double deviation : std) {
      if (deviation <= 0) {
        throw json.refusal("std", deviation, "numbers above 0");
      }
    }
  }

  /** Whether the centre is cropped to the model's aspect ratio first; otherwise it is stretched. */
  public boolean crop() {
    return crop;
  }

  /** Whether the model takes blue, green, red instead of red, green, blue. */
  public boolean blueFirst() {
    return blueFirst;
  }

  /** Mean of the model's first, second or third channel (0, 1 or 2), in pixel units. */
  public double mean(int position) {
    return mean[position];
  }

  /** Standard deviation of the model's first, second or third channel, in pixel units. */
  public double std(int position) {
    return std[position];
  }
}
