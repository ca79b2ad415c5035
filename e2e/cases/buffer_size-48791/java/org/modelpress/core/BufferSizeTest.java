package org.modelpress.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.Test;

/**
 * A buffer of another size than the input's is refused with both sizes, the dtype and the shape.
 */
public final class BufferSizeTest {
  private static final int SIDE = 80;
  private static final int RIGHT = SIDE * SIDE * 3;

  private static void assertRefused(int bytes) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    try (Classifier classifier =
        new Classifier(
            TestModel.model(),
            TestModel.manifest(),
            TestModel.labels(),
            ClassifierOptions.DEFAULT)) {
      IllegalArgumentException error =
          assertThrows(
              IllegalArgumentException.class, () -> classifier.classifyPrepared(buffer, 1));
      String expected =
          String.format(
              "%d bytes for input \"serving_default_image:0\" uint8 [1, 80, 80, 3] of digits_int8, "
                  + "which takes 19200; write them with Preprocessor",
              bytes);
      assertEquals(expected, error.getMessage());
      // What was refused leaves the classifier as it was.
      ByteBuffer right = ByteBuffer.allocateDirect(RIGHT).order(ByteOrder.nativeOrder());
      assertEquals(1, classifier.classifyPrepared(right, 1).labels().size());
    }
  }

  // shows: pain D21
  @Test
  public void floatsForAByteInput() throws Exception {
    assertRefused(4 * RIGHT);
  }

  @Test
  public void anotherSize() throws Exception {
    assertRefused(81 * 81 * 3);
    assertRefused(79 * 79 * 3);
    assertRefused(0);
  }

  @Test
  public void greyOrWithAlpha() throws Exception {
    assertRefused(SIDE * SIDE);
    assertRefused(SIDE * SIDE * 4);
  }
}
