package org.modelpress.core;

/**
 * Hands the newest item from one thread to another: what was not taken in time gives way to what
 * comes after it.
 */
final class LatestSlot<T> {
  private T item;
  private boolean closed;

  /**
   * Leaves {@code newest} for the taker.
   *
   * @return what is not needed any more: the item that was not taken, {@code newest} itself after
   *     {@link #close}, null if nothing
   */
  synchronized T put(T newest) {
    if (closed) {
      return newest;
    }
    T dropped = item;
    item = newest;
    notifyAll();
    return dropped;
  }

  /**
   * Waits for an item and takes it.
   *
   * @return null after {@link #close}
   */
  synchronized T take() {
    while (item == null && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        closed = true;
      }
    }
    T taken = item;
    item = null;
    notifyAll();
    return taken;
  }

  /** Waits until the item was taken; not after {@link #close}. */
  synchronized void awaitEmpty() {
    while (item != null && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        closed = true;
      }
    }
  }

  /** Ends the waiting. What lies in the slot can still be taken. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
