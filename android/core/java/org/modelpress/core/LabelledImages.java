package org.modelpress.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Images of one size whose right class is known. */
public final class LabelledImages {
  private final Npy images;
  private final int[] classes;

  /**
   * Pairs images with classes.
   *
   * @param images uint8 [N, height, width, 3], RGB
   * @param classes uint8 [2 * N]: the class of each image as two bytes, the low one first
   * @throws IllegalArgumentException if the shapes disagree
   */
  public LabelledImages(Npy images, Npy classes) {
    if (!images.hasImages() || classes.data.length != 2 * images.shape[0]) {
      throw new IllegalArgumentException(
          String.format(
              "images %s with %d bytes of classes; expected uint8 [N, H, W, 3] with 2 N bytes",
              ManifestException.line(Arrays.toString(images.shape)), classes.data.length));
    }
    this.images = images;
    ByteBuffer codes = ByteBuffer.wrap(classes.data).order(ByteOrder.LITTLE_ENDIAN);
    this.classes = new int[images.shape[0]];
    for (int i = 0; i < this.classes.length; i++) {
      this.classes[i] = codes.getShort() & 0xffff;
    }
  }

  public int count() {
    return classes.length;
  }

  /** The right class of image {@code index}, an index into the model's labels. */
  public int classOf(int index) {
    return classes[index];
  }

  /** A copy of image {@code index}. */
  public RgbImage image(int index) {
    return images.image(index);
  }

  /**
   * The part of the images that {@code classifier} names rightly, 0 to 1; as many at once as fit.
   */
  public double accuracy(BatchClassifier classifier) {
    // A view: an image is copied when it is its turn.
    List<RgbImage> all =
        new AbstractList<RgbImage>() {
          @Override
          public RgbImage get(int index) {
            return image(index);
          }

          @Override
          public int size() {
            return count();
          }
        };
    return accuracy(classifier.classify(all, 1));
  }

  /** The part of the images that {@code classifier} names rightly, 0 to 1; one after the other. */
  public double accuracy(Classifier classifier) {
    List<Classification> results = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      results.add(classifier.classify(image(i), 1));
    }
    return accuracy(results);
  }

  private double accuracy(List<Classification> results) {
    int right = 0;
    for (int i = 0; i < count(); i++) {
      if (results.get(i).labels().get(0).index() == classOf(i)) {
        right++;
      }
    }
    return (double) right / count();
  }
}
