package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.Test;

/** The memory of a graph is the most that lives at once, and no file makes the reader run wild. */
public final class ActivationMemoryTest {
  private static final int FLOAT32 = 0;
  private static final int INT8 = 9;

  private static int tensor(FlatBufferBuilder file, int type, int... shape) {
    int vector = ints(file, shape);
    file.startTable(2);
    file.addOffset(0, vector, 0);
    file.addByte(1, (byte) type, 0);
    return file.endTable();
  }

  private static int operator(FlatBufferBuilder file, int[] inputs, int[] outputs) {
    int in = ints(file, inputs);
    int out = ints(file, outputs);
    file.startTable(3);
    file.addOffset(1, in, 0);
    file.addOffset(2, out, 0);
    return file.endTable();
  }

  private static int ints(FlatBufferBuilder file, int... values) {
    file.startVector(4, values.length, 4);
    for (int i = values.length - 1; i >= 0; i--) {
      file.addInt(values[i]);
    }
    return file.endVector();
  }

  /** A chain of three operators; the second has weights and an input that it leaves out. */
  private static ByteBuffer chain() {
    FlatBufferBuilder file = new FlatBufferBuilder();
    int[] tensors = {
      tensor(file, INT8, 1, 10, 10, 1), // 100 bytes, read by the first and kept
      tensor(file, FLOAT32, 1, 100), // 400
      tensor(file, FLOAT32, 50), // 200
      tensor(file, FLOAT32, 1000, 50), // weights
      tensor(file, INT8, 1, 10), // the answer
    };
    int[] operators = {
      operator(file, new int[] {0}, new int[] {1}),
      operator(file, new int[] {1, 3, -1}, new int[] {2}),
      operator(file, new int[] {2}, new int[] {4}),
    };
    return ByteBuffer.wrap(graph(file, tensors, operators));
  }

  /** The first tensor is the input, the last one the output. */
  private static byte[] graph(FlatBufferBuilder file, int[] tensors, int[] operators) {
    int tensorVector = file.createVectorOfTables(tensors);
    int inputs = ints(file, 0);
    int outputs = ints(file, tensors.length - 1);
    int operatorVector = file.createVectorOfTables(operators);
    file.startTable(4);
    file.addOffset(0, tensorVector, 0);
    file.addOffset(1, inputs, 0);
    file.addOffset(2, outputs, 0);
    file.addOffset(3, operatorVector, 0);
    int graphs = file.createVectorOfTables(new int[] {file.endTable()});
    file.startTable(3);
    file.addOffset(2, graphs, 0);
    file.finish(file.endTable(), "TFL3");
    return file.sizedByteArray();
  }

  @Test
  public void countsWhatLivesAtOnce() {
    assertEquals(100 + 400 + 200, ActivationMemory.peakBytes(chain()));
  }

  @Test
  public void refusesWhatIsNoModel() {
    for (int size : new int[] {0, 3}) {
      ByteBuffer tooShort = ByteBuffer.allocate(size);
      assertThrows(IllegalArgumentException.class, () -> ActivationMemory.peakBytes(tooShort));
    }
    ByteBuffer ones = ByteBuffer.allocate(100);
    for (int i = 0; i < 100; i++) {
      ones.put(i, (byte) 0xff);
    }
    assertThrows(IllegalArgumentException.class, () -> ActivationMemory.peakBytes(ones));
  }

  /** Operators that all name one list of tensors, as long as they are many. */
  @Test(timeout = 10_000)
  public void endsWhereListsLieOnEachOther() {
    int count = 60_000;
    FlatBufferBuilder file = new FlatBufferBuilder(1 << 20);
    int only = tensor(file, INT8, 1);
    int listed = ints(file, new int[count]);
    file.startTable(3);
    file.addOffset(1, listed, 0);
    int same = file.endTable();
    int[] operators = new int[count];
    Arrays.fill(operators, same);
    byte[] bytes = graph(file, new int[] {only}, operators);
    assertThrows(
        IllegalArgumentException.class, () -> ActivationMemory.peakBytes(ByteBuffer.wrap(bytes)));
  }

  @Test
  public void survivesBrokenFiles() {
    byte[] whole = chain().array();
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] broken = whole.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      try {
        ActivationMemory.peakBytes(ByteBuffer.wrap(broken));
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertTrue(refused + " refused", refused > 100);
  }
}
