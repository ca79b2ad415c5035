package org.modelpress.core;

import java.nio.ByteBuffer;

/** Turns pictures into a model's input. Not thread-safe. */
public interface InputWriter extends AutoCloseable {
  /**
   * Writes the model's input for {@code image} into {@code buffer} from its start.
   *
   * @param buffer in native byte order, with room for the whole input tensor
   * @throws IllegalArgumentException for a picture of a kind that this cannot read
   */
  void write(Pixels image, ByteBuffer buffer);

  @Override
  void close();
}
