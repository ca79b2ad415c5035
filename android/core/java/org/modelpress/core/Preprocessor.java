package org.modelpress.core;

import java.nio.ByteBuffer;

/**
 * Turns an image into a model's input as its manifest says: crop or stretch, resize, then per
 * channel (pixel - mean) / std, quantised half to even where the input is an integer. A model that
 * crops its input itself gets what it is to see where it looks, and a frame of its own size as it
 * is.
 *
 * <p>A byte has 256 values, so the arithmetic is done once for each, in the constructor. Not
 * thread-safe.
 */
public final class Preprocessor implements InputWriter {
  private static final int BYTE_VALUES = 256;
  private static final byte OPAQUE = (byte) 255;

  private final ModelManifest manifest;
  private final TensorSpec input;
  private final Preprocessing preprocessing;
  private final ImageResizer resizer;
  private final boolean plainCopy;
  private final boolean alpha;
  private final float[][] real = new float[RgbImage.CHANNELS][BYTE_VALUES];
  private final int[][] codes = new int[RgbImage.CHANNELS][BYTE_VALUES];

  public Preprocessor(ModelManifest manifest) {
    this.manifest = manifest;
    input = manifest.input();
    preprocessing = manifest.preprocessing();
    resizer = new ImageResizer(manifest.inputWidth(), manifest.inputHeight());
    alpha = input.shape()[3] > RgbImage.CHANNELS;
    boolean identity = !alpha && input.type() == ElementType.UINT8 && !preprocessing.blueFirst();
    for (int position = 0; position < RgbImage.CHANNELS; position++) {
      float mean = (float) preprocessing.mean(position);
      float std = (float) preprocessing.std(position);
      for (int pixel = 0; pixel < BYTE_VALUES; pixel++) {
        // In float32 like the reference: float64 rounds some ties to the other side.
        float value = (pixel - mean) / std;
        real[position][pixel] = value;
        codes[position][pixel] = quantize(value);
        identity &= codes[position][pixel] == pixel;
      }
    }
    plainCopy = identity;
  }

  /**
   * Writes the model's input.
   *
   * @throws IllegalArgumentException if the model takes a camera's planes and {@code image} is
   *     something else, or of another size or turn
   */
  @Override
  public void write(Pixels image, ByteBuffer buffer) {
    if (manifest.takesPlanes()) {
      buffer.clear();
      planes(image).copyPlanes(manifest.redFirst(), buffer);
      buffer.flip();
      return;
    }
    byte[] pixels = resizer.resize(image, manifest.placement(image));
    buffer.clear();
    if (plainCopy) {
      buffer.put(pixels);
    } else {
      for (int i = 0; i < pixels.length; i += RgbImage.CHANNELS) {
        for (int position = 0; position < RgbImage.CHANNELS; position++) {
          int channel = preprocessing.blueFirst() ? RgbImage.CHANNELS - 1 - position : position;
          put(buffer, position, pixels[i + channel] & 0xff);
        }
        if (alpha) {
          buffer.put(OPAQUE);
        }
      }
    }
    buffer.flip();
  }

  /**
   * What {@link #write} makes of a pixel: for each position of a pixel in the input, and for each
   * value of its colour there, the element's bits, in the lowest bytes.
   */
  public int[][] elementBits() {
    int[][] bits = new int[input.shape()[3]][BYTE_VALUES];
    for (int position = 0; position < bits.length; position++) {
      for (int pixel = 0; pixel < BYTE_VALUES; pixel++) {
        if (position >= RgbImage.CHANNELS) {
          bits[position][pixel] = OPAQUE;
        } else if (input.type() == ElementType.FLOAT32) {
          bits[position][pixel] = Float.floatToRawIntBits(real[position][pixel]);
        } else {
          bits[position][pixel] = codes[position][pixel];
        }
      }
    }
    return bits;
  }

  /** Holds nothing of the system's. */
  @Override
  public void close() {}

  private YuvPixels planes(Pixels image) {
    int width = manifest.inputWidth();
    int height = manifest.inputHeight();
    if (image instanceof YuvPixels
        && ((YuvPixels) image).isStoredAs(width, height, manifest.rotationDegrees())) {
      return (YuvPixels) image;
    }
    throw new IllegalArgumentException(
        String.format(
            "%s of %d x %d pixels; %s takes a camera's planes of %d x %d that are upright after %d"
                + " degrees",
            image.getClass().getSimpleName(),
            image.width(),
            image.height(),
            manifest.name(),
            width,
            height,
            manifest.rotationDegrees()));
  }

  private void put(ByteBuffer buffer, int position, int pixel) {
    switch (input.type()) {
      case FLOAT32:
        buffer.putFloat(real[position][pixel]);
        break;
      case INT16:
        buffer.putShort((short) codes[position][pixel]);
        break;
      default:
        buffer.put((byte) codes[position][pixel]);
    }
  }

  private int quantize(float value) {
    // rint rounds half to even, as NumPy does in the reference.
    long code = (long) Math.rint(value / (float) input.scale()) + input.zeroPoint();
    return input.type().clamp(code);
  }
}
