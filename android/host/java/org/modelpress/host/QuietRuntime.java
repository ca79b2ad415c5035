package org.modelpress.host;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Silences the log lines that the runtime writes each time it starts. */
final class QuietRuntime {
  // A logger that nobody holds is collected, and its level with it.
  private static final Logger LOGGER = Logger.getLogger("org.tensorflow.lite");

  private QuietRuntime() {}

  /** Call before the first use of the runtime. */
  static void start() {
    LOGGER.setLevel(Level.WARNING);
  }
}
