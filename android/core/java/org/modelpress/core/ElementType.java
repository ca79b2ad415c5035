package org.modelpress.core;

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

  /** Whether elements are integer codes that a scale and a zero point turn into real values. */
  public boolean isQuantized() {
    return this != FLOAT32;
  }

  /** The name in manifest.json and in NumPy, for example {@code uint8}. */
  public String manifestName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Finds the type called {@code name} in manifest.json.
   *
   * @throws ManifestException if there is no such type
   */
  static ElementType fromManifestName(String name) {
    for (ElementType type : values()) {
      if (type.manifestName().equals(name)) {
        return type;
      }
    }
    throw new ManifestException(
        "unknown tensor dtype \"" + name + "\" (this app knows uint8, int8, int16 and float32)");
  }
}
