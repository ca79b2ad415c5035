package org.modelpress.core;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes by a device that may be absent or fail, such as the GPU, and by the processor from its
 * first failure on. The device is opened by the first call, so that it belongs to the thread that
 * writes. Not thread-safe.
 */
public final class FallbackWriter implements InputWriter {
  private final InputWriter processor;
  private final Consumer<String> told;
  private Supplier<InputWriter> untried;
  private InputWriter device;

  /**
   * Prefers what {@code device} opens.
   *
   * @param device throws a RuntimeException or LinkageError where it cannot be had
   * @param processor takes over; closed together with this
   * @param told receives the reason when it does, once
   */
  public FallbackWriter(
      Supplier<InputWriter> device, InputWriter processor, Consumer<String> told) {
    untried = device;
    this.processor = processor;
    this.told = told;
  }

  @Override
  public void write(Pixels image, ByteBuffer buffer) {
    try {
      if (untried != null) {
        Supplier<InputWriter> next = untried;
        untried = null;
        device = next.get();
      }
      if (device != null) {
        device.write(image, buffer);
        return;
      }
    } catch (RuntimeException | LinkageError e) {
      closeDevice();
      told.accept(String.valueOf(e.getMessage()));
    }
    processor.write(image, buffer);
  }

  @Override
  public void close() {
    untried = null;
    closeDevice();
    processor.close();
  }

  private void closeDevice() {
    if (device != null) {
      device.close();
      device = null;
    }
  }
}
