package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Name, shape, element type and quantisation of a model's input or output, from manifest.json. */
public final class TensorSpec {
  private final String name;
  private final int[] shape;
  private final ElementType type;
  private final double scale;
  private final int zeroPoint;

  TensorSpec(String name, int[] shape, ElementType type, double scale, int zeroPoint) {
    this.name = name;
    this.shape = shape.clone();
    this.type = type;
    this.scale = scale;
    this.zeroPoint = zeroPoint;
    if (type.isQuantized() && !(scale > 0)) {
      throw new ManifestException(
          String.format(
              "tensor \"%s\" is %s with scale %s; expected a scale above 0",
              name, type.manifestName(), scale));
    }
    long bytes = type.byteCount();
    for (int size : shape) {
      bytes = size < 1 ? 0 : bytes * size;
      if (bytes < 1 || bytes > Integer.MAX_VALUE) {
        throw new ManifestException(
            String.format(
                "tensor \"%s\" of %s elements; expected sizes above 0 and less than 2 GB",
                name, Arrays.toString(shape)));
      }
    }
  }

  public String name() {
    return name;
  }

  /** A copy of the shape, batch first. */
  public int[] shape() {
    return shape.clone();
  }

  public ElementType type() {
    return type;
  }

  /** Size of one quantisation step in real units; 0 for float32. */
  public double scale() {
    return scale;
  }

  /** The code that stands for real 0; 0 for float32. */
  public int zeroPoint() {
    return zeroPoint;
  }

  /** Number of elements. */
  public int elementCount() {
    int count = 1;
    for (int size : shape) {
      count *= size;
    }
    return count;
  }

  /** Bytes of the whole tensor. */
  public int byteCount() {
    return elementCount() * type.byteCount();
  }

  /**
   * Reads element {@code index} of a tensor in native byte order as a real value: the float itself,
   * or (code - zero point) * scale.
   */
  public float realValue(ByteBuffer tensor, int index) {
    int code;
    switch (type) {
      case UINT8:
        code = tensor.get(index) & 0xff;
        break;
      case INT8:
        code = tensor.get(index);
        break;
      case INT16:
        code = tensor.getShort(index * type.byteCount());
        break;
      default:
        return tensor.getFloat(index * type.byteCount());
    }
    return (code - zeroPoint) * (float) scale;
  }

  @Override
  public String toString() {
    return String.format("\"%s\" %s %s", name, type.manifestName(), Arrays.toString(shape));
  }
}
