package org.modelpress.core;

import java.util.Arrays;
import java.util.Locale;

/** Element type of a model's input or output tensor, named as in manifest.json. */
public enum ElementType {
  UINT8(1),
  INT8(1),
  INT16(2),
  FLOAT32(4);

  private final int byteCount;

  ElementType(int byteCount) {
    this.byteCount = byteCount;
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
