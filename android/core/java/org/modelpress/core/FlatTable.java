package org.modelpress.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A table of a FlatBuffers file, read in place: the few fields that are needed of a .tflite do not
 * pay for a library in every app.
 *
 * <p>Positions come from the file. A wrong one leads outside of the buffer and throws {@link
 * IndexOutOfBoundsException}, or to numbers that mean nothing.
 */
final class FlatTable {
  private static final int WORD = 4;

  private final ByteBuffer file;
  private final int position;

  private FlatTable(ByteBuffer file, int position) {
    this.file = file;
    this.position = position;
  }

  /** The table that the file begins with. */
  static FlatTable root(ByteBuffer file) {
    ByteBuffer view = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return new FlatTable(view, view.getInt(0));
  }

  /** Byte field number {@code field}; {@code absent} where the file leaves it out. */
  int byteField(int field, int absent) {
    int at = at(field);
    return at == 0 ? absent : file.get(at);
  }

  /** Elements of a vector of integers or tables; 0 where the file leaves it out. */
  int length(int field) {
    int at = at(field);
    int length = at == 0 ? 0 : file.getInt(at + file.getInt(at));
    if (length < 0 || length > file.limit() / WORD) {
      throw new IndexOutOfBoundsException(length + " elements");
    }
    return length;
  }

  /** Element {@code index} of an integer vector. */
  int intAt(int field, int index) {
    return file.getInt(element(field, index));
  }

  /** Element {@code index} of a vector of tables. */
  FlatTable tableAt(int field, int index) {
    int element = element(field, index);
    return new FlatTable(file, element + file.getInt(element));
  }

  private int element(int field, int index) {
    int at = at(field);
    return at + file.getInt(at) + WORD + WORD * index;
  }

  /** Position of a field; 0 where the file leaves it out. */
  private int at(int field) {
    int vtable = position - file.getInt(position);
    int entry = 2 * (2 + field);
    boolean known = entry < (file.getShort(vtable) & 0xffff);
    int offset = known ? file.getShort(vtable + entry) & 0xffff : 0;
    return offset == 0 ? 0 : position + offset;
  }
}
