package org.modelpress.core;

import java.util.Arrays;
import java.util.Locale;

/** Element type of a model's input or output tensor, named as in manifest.json. */
public enum ElementType {
  UINT8(1, "|u1", 0, 255),
  INT8(1, "|i1", Byte.MIN_VALUE, Byte.MAX_VALUE),
  INT16(2, "<i2", Short.MIN_VALUE, Short.MAX_VALUE),
  FLOAT32(4, "<f4", 0, 0);

  /** The type's {@code descr} in a .npy file. */
  final String numpyCode;

  private final int byteCount;
  private final int least;
  private final int most;

  ElementType(int byteCount, String numpyCode, int least, int most) {
    this.byteCount = byteCount;
    this.numpyCode = numpyCode;
    this.least = least;
    this.most = most;
  }

  /** The nearest quantized value; 0 for float32. */
  int clamp(long value) {
    return (int) Math.max(least, Math.min(most, value));
  }

  /** Bytes of one element. */
  public int byteCount() {
    return byteCount;
  }

  /** Whether elements are integers that a scale and a zero point turn into real values. */
  public boolean isQuantized() {
    return this != FLOAT32;
  }

  /** The name in manifest.json and in NumPy, for example {@code uint8}. */
  public String manifestName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of all types. */
  static String[] manifestNames() {
    return Arrays.stream(values()).map(ElementType::manifestName).toArray(String[]::new);
  }

  /** The type called {@code name} in manifest.json, one of {@link #manifestNames}. */
  static ElementType fromManifestName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
