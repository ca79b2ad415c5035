package org.modelpress.core;

/** A manifest that cannot be read, or that its model or labels contradict; one line says how. */
public final class ManifestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 300;

  ManifestException(String problem) {
    super("manifest.json: " + line(problem));
  }

  /** What a file says may be long and have line ends; it stays one line. */
  static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").trim();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }
}
