package org.modelpress.core;

/** A manifest that cannot be read, or that its model or labels contradict; one line says how. */
public final class ManifestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ManifestException(String problem) {
    super("manifest.json: " + problem);
  }
}
