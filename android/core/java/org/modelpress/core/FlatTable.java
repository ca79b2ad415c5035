package org.modelpress.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A table of a FlatBuffers file, read in place: the few fields that are needed of a .tflite do not
 * pay for a library in every app.
 *
 * <p>Positions come from the file. A wrong one leads outside of the buffer and throws {@link
 * IndexOutOfBoundsException}, or to numbers that mean nothing. So does reading on and on: vectors
 * that lie on each other would make a small file take hours.
 */
final class FlatTable {
  private static final int WORD = 4;

  // Elements that may be read in all, of a file that has room for a quarter of its bytes.
  private static final long PATIENCE = 4;

  private final ByteBuffer file;
  private final int position;
  private final long[] left;

  private FlatTable(ByteBuffer file, int position, long[] left) {
    this.file = file;
    this.position = position;
    this.left = left;
  }

  /** The table that the file begins with. */
  static FlatTable root(ByteBuffer file) {
    ByteBuffer view = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return new FlatTable(view, view.getInt(0), new long[] {PATIENCE * view.limit()});
  }

  /** Byte field number {@code field}; {@code absent} where the file leaves it out. */
  int byteField(int field, int absent) {
    int at = at(field);
    return at == 0 ? absent : file.get(at);
  }

  /** Elements of a vector of integers or tables, all about to be read; 0 where there is none. */
  int length(int field) {
    int at = at(field);
    int length = at == 0 ? 0 : file.getInt(at + file.getInt(at));
    if (length < 0 || length > file.limit() / WORD) {
      throw new IndexOutOfBoundsException(length + " elements");
    }
    left[0] -= length;
    if (left[0] < 0) {
      throw new IndexOutOfBoundsException("more elements than the file has room for");
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
    return new FlatTable(file, element + file.getInt(element), left);
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
