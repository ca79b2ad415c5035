package org.modelpress.core;

import static org.junit.Assert.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.Test;

/** A device that fails gives way to the processor, once and for good. */
public final class FallbackWriterTest {
  private static final RgbImage IMAGE = new RgbImage(1, 1, new byte[RgbImage.CHANNELS]);

  private final List<String> events = new ArrayList<>();

  /** Says what is done with it; fails from the frame of that number on. */
  private InputWriter writer(String name, int failing) {
    return new InputWriter() {
      private int frames;

      @Override
      public void write(Pixels image, ByteBuffer buffer) {
        if (frames++ == failing) {
          throw new IllegalStateException(name + " lost");
        }
        events.add(name);
      }

      @Override
      public void close() {
        events.add(name + " closed");
      }
    };
  }

  private void write(Supplier<InputWriter> device, int frames) {
    try (FallbackWriter writer = new FallbackWriter(device, writer("processor", -1), events::add)) {
      for (int i = 0; i < frames; i++) {
        writer.write(IMAGE, ByteBuffer.allocate(0));
      }
    }
  }

  @Test
  public void usesTheDeviceAsLongAsItWorks() {
    write(() -> writer("device", -1), 2);
    assertEquals(Arrays.asList("device", "device", "device closed", "processor closed"), events);
  }

  @Test
  public void theFrameThatFailedIsWrittenByTheProcessor() {
    write(() -> writer("device", 1), 3);
    assertEquals(
        Arrays.asList(
            "device", "device closed", "device lost", "processor", "processor", "processor closed"),
        events);
  }

  @Test
  public void aDeviceThatCannotBeOpenedIsTriedOnce() {
    for (Throwable problem :
        new Throwable[] {new IllegalStateException("none"), new UnsatisfiedLinkError("none")}) {
      events.clear();
      write(
          () -> {
            if (problem instanceof Error) {
              throw (Error) problem;
            }
            throw (RuntimeException) problem;
          },
          2);
      assertEquals(Arrays.asList("none", "processor", "processor", "processor closed"), events);
    }
  }

  @Test
  public void nothingIsOpenedWithoutAFrame() {
    write(() -> writer("device", -1), 0);
    assertEquals(Arrays.asList("processor closed"), events);
  }
}
