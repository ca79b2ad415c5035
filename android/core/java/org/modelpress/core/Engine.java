package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.Map;
import org.tensorflow.lite.Tensor;

/** Runs a model's graph on the kernels of one kind. Not thread-safe. */
interface Engine extends AutoCloseable {
  /**
   * Runs the model once.
   *
   * @param input the whole input tensor, from its start
   * @param outputs buffers by the output's index, each filled from its position
   */
  void run(ByteBuffer input, Map<Integer, Object> outputs);

  /** What really runs the model, see {@link Classifier#delegate()}. */
  String delegate();

  /** Steps of one inference, see {@link Classifier#steps()}. */
  int steps();

  Tensor inputTensor();

  int outputCount();

  Tensor outputTensor(int index);

  @Override
  void close();
}
