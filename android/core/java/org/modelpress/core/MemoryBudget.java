package org.modelpress.core;

/** Says how much memory may be taken now; asked before each part of a batch. */
public interface MemoryBudget {
  /** Bytes that may be taken now; 0 or less under pressure. */
  long availableBytes();
}
