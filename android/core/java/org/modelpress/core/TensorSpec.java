package org.modelpress.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A model's input or output tensor, as manifest.json describes it. */
public final class TensorSpec {
  private final String name;
  private final int[] shape;
  private final ElementType type;
  private final double scale;
  private final int zeroPoint;

  TensorSpec(JsonFields json) {
    name = json.text("name");
    shape = json.integers("shape", 1, Integer.MAX_VALUE);
    type = ElementType.fromManifestName(json.oneOf("dtype", ElementType.manifestNames()));
    scale = json.number("scale");
    zeroPoint = json.integer("zero_point", Integer.MIN_VALUE, Integer.MAX_VALUE);
    if (type.isQuantized() ? scale <= 0 : scale != 0) {
      throw json.refusal(
          "scale",
          scale + " for " + type.manifestName(),
          type.isQuantized() ? "a number above 0" : "0");
    }
    long bytes = type.byteCount();
    for (int size : shape) {
      bytes *= size;
      if (bytes > Integer.MAX_VALUE) {
        throw json.refusal("shape", Arrays.toString(shape), "a tensor of less than 2 GB");
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

  /** The quantized value of real 0; 0 for float32. */
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

  /** Allocates memory for {@code count} such tensors, outside Java's heap, in native byte order. */
  public ByteBuffer allocate(int count) {
    return ByteBuffer.allocateDirect(count * byteCount()).order(ByteOrder.nativeOrder());
  }

  /**
   * Reads element {@code index} of a tensor in native byte order as a real value: the float itself,
   * or (quantized value - zero point) * scale.
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
