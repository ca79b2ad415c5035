package org.modelpress.core;

/** How a {@link Classifier} runs its model. Immutable. */
public final class ClassifierOptions {
  /** What the app begins with: two threads of the processor, XNNPACK kernels. */
  public static final ClassifierOptions DEFAULT = new ClassifierOptions(2, true, false, false);

  private final int threads;
  private final boolean xnnpack;
  private final boolean nnapi;
  private final boolean halfPrecision;

  /**
   * Collects the options.
   *
   * @param threads processor threads, at least 1
   * @param xnnpack whether the processor runs the XNNPACK kernels where it can
   * @param nnapi whether to try NNAPI; where it cannot run the model, the processor does
   * @param halfPrecision whether NNAPI may compute float models in 16 bits; the processor's kernels
   *     take no notice, since the runtime's Java interface has no switch for them
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public ClassifierOptions(int threads, boolean xnnpack, boolean nnapi, boolean halfPrecision) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads; expected at least 1");
    }
    this.threads = threads;
    this.xnnpack = xnnpack;
    this.nnapi = nnapi;
    this.halfPrecision = halfPrecision;
  }

  public int threads() {
    return threads;
  }

  public boolean xnnpack() {
    return xnnpack;
  }

  public boolean nnapi() {
    return nnapi;
  }

  public boolean halfPrecision() {
    return halfPrecision;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClassifierOptions && key() == ((ClassifierOptions) other).key();
  }

  @Override
  public int hashCode() {
    return key();
  }

  private int key() {
    return threads * 8 + (xnnpack ? 4 : 0) + (nnapi ? 2 : 0) + (halfPrecision ? 1 : 0);
  }
}
