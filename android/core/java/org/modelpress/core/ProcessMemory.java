package org.modelpress.core;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** What the kernel says of this process's memory, in bytes; 0 where it does not tell. */
public final class ProcessMemory {
  private static final String STATUS = "/proc/self/status";
  private static final long BYTES_PER_KILOBYTE = 1024;

  private ProcessMemory() {}

  /** Memory in RAM now, mapped files included. */
  public static long resident() {
    return field("VmRSS:");
  }

  /** The most that was in RAM since the process started. */
  public static long peakResident() {
    return field("VmHWM:");
  }

  private static long field(String name) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(STATUS), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * BYTES_PER_KILOBYTE;
        }
      }
    } catch (IOException e) {
      return 0;
    }
    return 0;
  }
}
