package org.modelpress.core;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the kernel says of this process's memory, in bytes; 0 where it does not tell. */
public final class ProcessMemory {
  private static final String STATUS = "/proc/self/status";
  private static final long BYTES_PER_KILOBYTE = 1024;

  private ProcessMemory() {}

  /** Memory in RAM now, mapped files included. */
  public static long resident() {
    return field("VmRSS");
  }

  /** The most that was in RAM since the process started. */
  public static long peakResident() {
    return field("VmHWM");
  }

  private static long field(String name) {
    String digits = ofLine(STATUS, name).replaceAll("[^0-9]", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits) * BYTES_PER_KILOBYTE;
  }

  /**
   * What follows the colon in the first line of a file of /proc that begins with one of {@code
   * names}; empty where there is none.
   */
  static String ofLine(String file, String... names) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (Arrays.stream(names).anyMatch(line::startsWith)) {
          return line.substring(line.indexOf(':') + 1).trim();
        }
      }
    } catch (IOException e) {
      return "";
    }
    return "";
  }
}
