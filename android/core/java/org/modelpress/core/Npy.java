package org.modelpress.core;

import static java.util.stream.Collectors.joining;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A NumPy array file (.npy, format 1.0), C order, of the element types that models have. */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;
  private static final int HEADER_LENGTH_BYTES = 2;
  private static final int IMAGE_RANK = 4;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\),"
              + " \\}\\s*");

  public final ElementType type;
  public final int[] shape;

  /** The elements, little-endian. */
  public final byte[] data;

  public Npy(ElementType type, int[] shape, byte[] data) {
    this.type = type;
    this.shape = shape.clone();
    this.data = data;
  }

  /**
   * Reads an array.
   *
   * @param bytes the whole file
   * @param path what to call it in messages
   * @throws IllegalArgumentException naming {@code path} if it is no such file
   */
  public static Npy parse(byte[] bytes, String path) {
    int start = MAGIC.length + HEADER_LENGTH_BYTES;
    if (bytes.length < start || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
      throw new IllegalArgumentException(path + ": not a NumPy .npy file of format 1.0");
    }
    int headerLength =
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(MAGIC.length) & 0xffff;
    int end = Math.min(bytes.length, start + headerLength);
    String header = new String(bytes, start, end - start, StandardCharsets.US_ASCII);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches() || matcher.group(2).equals("True")) {
      throw unsupported(path, header);
    }
    ElementType type = typeOf(matcher.group(1), path);
    int[] shape;
    long expected = type.byteCount();
    try {
      shape =
          Arrays.stream(matcher.group(3).split(","))
              .map(String::trim)
              .filter(size -> !size.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
      for (int size : shape) {
        expected = Math.multiplyExact(expected, size);
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw unsupported(path, header);
    }
    byte[] data = Arrays.copyOfRange(bytes, end, bytes.length);
    if (data.length != expected) {
      throw new IllegalArgumentException(
          String.format(
              "%s: %d bytes of data, expected %d; truncated?", path, data.length, expected));
    }
    return new Npy(type, shape, data);
  }

  /** Whether these are uint8 images [N, height, width, 3]. */
  public boolean hasImages() {
    return type == ElementType.UINT8
        && shape.length == IMAGE_RANK
        && shape[IMAGE_RANK - 1] == RgbImage.CHANNELS;
  }

  /** A copy of an image, where {@link #hasImages}. */
  public RgbImage image(int index) {
    int size = shape[1] * shape[2] * RgbImage.CHANNELS;
    byte[] pixels = Arrays.copyOfRange(data, index * size, (index + 1) * size);
    return new RgbImage(shape[2], shape[1], pixels);
  }

  /** The array as the bytes of a file. */
  public byte[] toBytes() {
    String sizes = Arrays.stream(shape).mapToObj(Integer::toString).collect(joining(", "));
    StringBuilder header =
        new StringBuilder(
            String.format(
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
                type.numpyCode, sizes, shape.length == 1 ? "," : ""));
    int prefix = MAGIC.length + HEADER_LENGTH_BYTES;
    while ((prefix + header.length() + 1) % ALIGNMENT != 0) {
      header.append(' ');
    }
    header.append('\n');
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(MAGIC, 0, MAGIC.length);
    bytes.write(header.length() & 0xff);
    bytes.write(header.length() >> 8);
    bytes.write(header.toString().getBytes(StandardCharsets.US_ASCII), 0, header.length());
    bytes.write(data, 0, data.length);
    return bytes.toByteArray();
  }

  private static IllegalArgumentException unsupported(String path, String header) {
    return new IllegalArgumentException(
        path + ": unsupported .npy header " + ManifestException.line(header));
  }

  private static ElementType typeOf(String code, String path) {
    for (ElementType type : ElementType.values()) {
      if (type.numpyCode.equals(code)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        path
            + ": dtype "
            + ManifestException.line(code)
            + "; expected uint8, int8, int16 or float32");
  }
}
