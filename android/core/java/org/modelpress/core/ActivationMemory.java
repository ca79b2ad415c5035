package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Memory that one image takes in a model beside its weights, computed from the .tflite: each tensor
 * lives from the operator that makes it to the last that reads it, and the most that lives at once
 * is what the runtime must have.
 *
 * <p>Field numbers are those of TensorFlow Lite's schema, version 3.
 */
public final class ActivationMemory {
  private static final int MODEL_SUBGRAPHS = 2;
  private static final int GRAPH_TENSORS = 0;
  private static final int GRAPH_INPUTS = 1;
  private static final int GRAPH_OUTPUTS = 2;
  private static final int GRAPH_OPERATORS = 3;
  private static final int TENSOR_SHAPE = 0;
  private static final int TENSOR_TYPE = 1;
  private static final int OPERATOR_INPUTS = 1;
  private static final int OPERATOR_OUTPUTS = 2;
  private static final int NEVER = -1;

  // Bytes of an element, by the schema's number of its type; unknown ones as the widest.
  private static final int[] ELEMENT_BYTES = {4, 2, 4, 1, 8, 8, 1, 2, 8, 1, 8};
  private static final int WIDEST = 8;

  private ActivationMemory() {}

  /**
   * Bytes that live at once at most, for one image.
   *
   * @param model the .tflite file; its position does not matter
   * @throws IllegalArgumentException if it is no .tflite
   */
  public static long peakBytes(ByteBuffer model) {
    try {
      return peak(FlatTable.root(model).tableAt(MODEL_SUBGRAPHS, 0));
    } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new IllegalArgumentException("not a .tflite: its tables lead outside of the file", e);
    }
  }

  private static long peak(FlatTable graph) {
    int operators = graph.length(GRAPH_OPERATORS);
    int tensors = graph.length(GRAPH_TENSORS);
    int[] first = new int[tensors];
    int[] last = new int[tensors];
    Arrays.fill(first, NEVER);
    // The runtime keeps inputs for the whole run, so that it can be repeated.
    int inputs = graph.length(GRAPH_INPUTS);
    for (int i = 0; i < inputs; i++) {
      first[graph.intAt(GRAPH_INPUTS, i)] = 0;
      last[graph.intAt(GRAPH_INPUTS, i)] = operators;
    }
    for (int step = 0; step < operators; step++) {
      FlatTable operator = graph.tableAt(GRAPH_OPERATORS, step);
      int written = operator.length(OPERATOR_OUTPUTS);
      for (int i = 0; i < written; i++) {
        int tensor = operator.intAt(OPERATOR_OUTPUTS, i);
        first[tensor] = step;
        last[tensor] = Math.max(last[tensor], step);
      }
      int read = operator.length(OPERATOR_INPUTS);
      for (int i = 0; i < read; i++) {
        int tensor = operator.intAt(OPERATOR_INPUTS, i);
        if (tensor != NEVER) {
          last[tensor] = Math.max(last[tensor], step);
        }
      }
    }
    int outputs = graph.length(GRAPH_OUTPUTS);
    for (int i = 0; i < outputs; i++) {
      last[graph.intAt(GRAPH_OUTPUTS, i)] = operators;
    }
    return peak(graph, first, last, operators);
  }

  private static long peak(FlatTable graph, int[] first, int[] last, int operators) {
    // What begins and ends at each step; the sum so far is what lives.
    long[] change = new long[operators + 2];
    for (int tensor = 0; tensor < first.length; tensor++) {
      // Weights have no first step: no operator makes them.
      if (first[tensor] != NEVER) {
        long bytes = bytes(graph.tableAt(GRAPH_TENSORS, tensor));
        change[first[tensor]] += bytes;
        change[last[tensor] + 1] -= bytes;
      }
    }
    long living = 0;
    long most = 0;
    for (long step : change) {
      living += step;
      most = Math.max(most, living);
    }
    return most;
  }

  private static long bytes(FlatTable tensor) {
    int type = tensor.byteField(TENSOR_TYPE, 0);
    boolean known = type >= 0 && type < ELEMENT_BYTES.length;
    long bytes = known ? ELEMENT_BYTES[type] : WIDEST;
    int rank = tensor.length(TENSOR_SHAPE);
    for (int i = 0; i < rank; i++) {
      bytes *= Math.max(1, tensor.intAt(TENSOR_SHAPE, i));
    }
    return bytes;
  }
}
