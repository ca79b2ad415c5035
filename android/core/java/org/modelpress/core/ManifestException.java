package org.modelpress.core;

/**
 * A manifest or index that cannot be read, or that model or labels contradict; one line says how.
 */
public final class ManifestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 300;

  ManifestException(String problem) {
    this("manifest.json", problem);
  }

  ManifestException(String file, String problem) {
    super(file + ": " + line(problem));
  }

  /** Text from a file may be long and have line ends; the message stays one short line. */
  static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").trim();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }
}
